// Reads the Prometheus text format, and says what two readings mean together.

/** Each sample: `{name, labels, value}`, by name. */
export function parse(text) {
  const samples = new Map();
  for (const line of text.split('\n')) {
    const found = line.match(/^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/);
    if (!found) continue;
    const labels = {};
    for (const [, key, value] of (found[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) labels[key] = value;
    const name = found[1].replace(/^seatlock_/, '');
    if (!samples.has(name)) samples.set(name, []);
    samples.get(name).push({ labels, value: Number(found[3].replace('+Inf', 'Infinity')) });
  }
  return samples;
}

/** The sum of the samples of this name that `wanted` accepts; 0 where there are none. */
export function sum(samples, name, wanted = () => true) {
  return (samples.get(name) ?? []).reduce((total, { labels, value }) => (wanted(labels) ? total + value : total), 0);
}

/**
 * The seconds below which a share of what a histogram has counted between two readings lies, or null if there was
 * nothing. It lies somewhere in a bucket: as Prometheus does, those of a bucket are taken to be spread evenly over it.
 */
export function quantile(before, after, name, share, wanted = () => true) {
  const buckets = new Map();
  for (const [samples, sign] of [
    [before, -1],
    [after, 1],
  ]) {
    for (const { labels, value } of samples.get(`${name}_bucket`) ?? []) {
      if (!wanted(labels)) continue;
      const bound = labels.le === '+Inf' ? Infinity : Number(labels.le);
      buckets.set(bound, (buckets.get(bound) ?? 0) + sign * value);
    }
  }
  const sorted = [...buckets].sort(([a], [b]) => a - b);
  const rank = share * (sorted.at(-1)?.[1] ?? 0);
  if (!(rank > 0)) return null;
  const nth = sorted.findIndex(([, upTo]) => upTo >= rank);
  const [below, countBelow] = nth > 0 ? sorted[nth - 1] : [0, 0];
  const [bound, upTo] = sorted[nth];
  // Beyond all buckets nothing is known but that.
  if (bound === Infinity) return below;
  return below + ((bound - below) * (rank - countBelow)) / (upTo - countBelow);
}
