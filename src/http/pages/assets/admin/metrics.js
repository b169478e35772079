// Reads the Prometheus text format, and says what two readings mean together.

/** Each sample: `{name, labels, value}`. */
export function parse(text) {
  const samples = [];
  for (const line of text.split('\n')) {
    const found = line.match(/^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/);
    if (!found) continue;
    const labels = {};
    for (const [, key, value] of (found[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) labels[key] = value;
    samples.push({
      name: found[1].replace(/^seatlock_/, ''),
      labels,
      value: Number(found[3].replace('+Inf', 'Infinity')),
    });
  }
  return samples;
}

/** The sum of the samples of this name that `wanted` accepts, or null where there are none. */
export function sum(samples, name, wanted = () => true) {
  const found = samples.filter((sample) => sample.name === name && wanted(sample.labels));
  return found.length === 0 ? null : found.reduce((total, { value }) => total + value, 0);
}

/** The upper bound in seconds of the bucket in which a share of the requests between two readings lies, or null. */
export function quantile(before, after, share, wanted = () => true) {
  const name = 'request_duration_seconds_bucket';
  const buckets = new Map();
  for (const [samples, sign] of [
    [before, -1],
    [after, 1],
  ]) {
    for (const { name: own, labels, value } of samples) {
      if (own !== name || !wanted(labels)) continue;
      const bound = labels.le === '+Inf' ? Infinity : Number(labels.le);
      buckets.set(bound, (buckets.get(bound) ?? 0) + sign * value);
    }
  }
  const sorted = [...buckets].sort(([a], [b]) => a - b);
  const all = sorted.at(-1)?.[1] ?? 0;
  return all > 0 ? sorted.find(([, upTo]) => upTo >= share * all)[0] : null;
}
