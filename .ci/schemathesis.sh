#!/usr/bin/env bash
# Runs schemathesis with all of its checks against a release server for so many seconds, 120 unless told otherwise:
#   .ci/schemathesis.sh [seconds] [further arguments for schemathesis]
# Nothing may be found. Its seed is printed; `--seed N` repeats it.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-120}
shift || true
root=$PWD
target=$(realpath "${CARGO_TARGET_DIR:-target}")
binary=${SEATLOCK_BINARY:-$target/release/seatlock}

venv=$target/schemathesis
if [ ! -x "$venv/bin/schemathesis" ]; then
  python3 -m venv "$venv" 2>/dev/null || { apt-get update && apt-get install -y python3-venv && python3 -m venv "$venv"; }
  "$venv/bin/pip" install --quiet 'schemathesis==4.32.*'
fi

# With keys, so that it can be seen whether they are asked for. The key is for this run alone.
key=sk_$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
hash=$(printf %s "$key" | sha256sum | cut -d ' ' -f 1)
said=$(mktemp)
data=$(mktemp -d)
SEATLOCK_KEYS="ci admin $hash" "$binary" serve --listen 127.0.0.1:0 --data "$data" >"$said" &
server=$!
trap 'kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; rm -rf "$said" "$data"' EXIT
for _ in $(seq 100); do
  url=$(grep -o 'http://[0-9.:]*[0-9]' "$said" || true)
  [ -n "$url" ] && break
  sleep 0.1
done
[ -n "$url" ] || { echo "the server did not start" >&2; exit 1; }

# Something to be found: a chart and an event of which the document's examples speak.
put() {
  curl --fail --silent --show-error --output /dev/null -X PUT -H "Authorization: Bearer $key" \
    -H 'Content-Type: application/json' --data "$2" "$url$1"
}
put /v1/charts/arena '{"sections":[{"name":"Stalls","rows":[{"label":"A","seats":20}]}],"areas":[{"name":"Lawn","capacity":50}]}'
put /v1/events/finale '{"chart":"arena","title":"Finale","state":"open"}'

# It keeps what it has found in the folder that it runs in.
cd "$target"
"$venv/bin/schemathesis" --config-file "$root/.ci/schemathesis.toml" run "$url/openapi.json" \
  --checks all --max-time "$seconds" -H "Authorization: Bearer $key" "$@"
kill -0 "$server" || { echo "the server has ended" >&2; exit 1; }
