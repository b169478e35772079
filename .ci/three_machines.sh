#!/usr/bin/env bash
# README's 'Three machines in five minutes', in three network namespaces: its commands as they stand there, a sale, a machine that
# dies. Needs root and etcd. Without an argument it takes the release build's seatlock.
set -euo pipefail
cd "$(dirname "$0")/.."

seatlock=$(realpath "${1:-target/release/seatlock}")
folder=$(mktemp -d)

cleanup() {
  for n in 1 2 3; do
    ip netns pids "m$n" 2>/dev/null | xargs -r kill -9 || true
    ip netns del "m$n" 2>/dev/null || true
  done
  ip link del seatlock0 2>/dev/null || true
  rm -rf "$folder"
}
trap cleanup EXIT
cleanup
mkdir -p "$folder"

ip link add seatlock0 type bridge
ip link set seatlock0 up
for n in 1 2 3; do
  ip netns add "m$n"
  ip link add "veth$n" type veth peer name eth0 netns "m$n"
  ip link set "veth$n" master seatlock0 up
  ip -n "m$n" addr add "10.0.0.$n/24" dev eth0
  ip -n "m$n" link set eth0 up
  ip -n "m$n" link set lo up
done

# The block of README that begins with etcd, for each machine; each has a folder of its own instead of /var/lib.
commands=$(awk '/^## Three machines/ {on = 1} on && /^```sh/ {block = 1; next} /^```/ {if (block) exit} block' README.md)
[ -n "$commands" ] || { echo "README.md has no commands for three machines" >&2; exit 1; }
for n in 1 2 3; do
  mine=${commands//\/var\/lib\/seatlock-etcd/$folder/etcd$n}
  mine=${mine//seatlock serve/$seatlock serve}
  # etcd first: a node that finds none says so and ends.
  N=$n ip netns exec "m$n" bash -c "${mine%%$seatlock*}" >"$folder/etcd$n.log" 2>&1
done
for n in 1 2 3; do
  until ip netns exec "m$n" etcdctl --endpoints "http://10.0.0.$n:2379" endpoint health >/dev/null 2>&1; do sleep 0.2; done
done
for n in 1 2 3; do
  mine=${commands//seatlock serve/$seatlock serve}
  N=$n ip netns exec "m$n" bash -c "$seatlock${mine#*"$seatlock"}" >"$folder/node$n.log" 2>&1
done

at() { local n=$1; shift; ip netns exec "m$n" "$@"; }
until at 1 "$seatlock" cluster --server http://10.0.0.1:3000 2>/dev/null | grep -q '64 serving'; do sleep 0.2; done
at 2 "$seatlock" cluster --server http://10.0.0.2:3000

post() { at "$1" curl -sS -o "$folder/answer" -w '%{http_code}' -H content-type:application/json "http://10.0.0.$1:3000$2" -d "$3" "${@:4}"; }
expect() { [ "$2" = "$1" ] || { echo "expected $1, got $2: $(cat "$folder/answer")" >&2; exit 1; }; }
expect 201 "$(post 1 /v1/charts/club '{"seats": 10}' -X PUT)"
for event in friday saturday sunday; do
  expect 201 "$(post 2 "/v1/events/$event" '{"chart": "club"}' -X PUT)"
  expect 201 "$(post 3 "/v1/events/$event/holds" '{"user": "ada", "best": [{"quantity": 2}]}')"
  id=$(grep -o '"id":"[^"]*' "$folder/answer" | cut -c 7-)
  token=$(grep -o '"token":"[^"]*' "$folder/answer" | cut -c 10-)
  expect 200 "$(post 1 "/v1/holds/$id/confirm" "{\"token\": \"$token\"}")"
done

echo "machine 2 dies"
ip netns pids m2 | xargs kill -9
for event in friday saturday sunday; do
  for _ in $(seq 100); do
    status=$(at 1 curl -sS -o "$folder/answer" -w '%{http_code}' "http://10.0.0.1:3000/v1/events/$event" || true)
    [ "$status" = 200 ] && break
    sleep 0.2
  done
  expect 200 "$status"
  grep -q '"booked":2' "$folder/answer" || { echo "a booking is lost: $(cat "$folder/answer")" >&2; exit 1; }
done
at 1 "$seatlock" cluster --server http://10.0.0.1:3000
echo "every booking is there"
