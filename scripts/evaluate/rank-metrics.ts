/**
 * @file How well one ranking agrees with another. Every function takes two columns of equal length and throws
 * `RangeError` when they are not, or are shorter than two.
 */

function check(predicted: ArrayLike<number>, truth: ArrayLike<number>): number {
  if (predicted.length !== truth.length || truth.length < 2) {
    throw new RangeError(`two columns of one length >= 2, got ${predicted.length} and ${truth.length}`);
  }
  return truth.length;
}

/** Ranks 1..n, equal values sharing the mean of the ranks that they cover. */
export function averageRanks(values: ArrayLike<number>): Float64Array {
  const n = values.length;
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort(
    (a, b) => (values[a] ?? 0) - (values[b] ?? 0),
  );
  const ranks = new Float64Array(n);
  for (let start = 0; start < n; ) {
    let end = start + 1;
    while (end < n && values[order[end] ?? 0] === values[order[start] ?? 0]) end++;
    for (let i = start; i < end; i++) ranks[order[i] ?? 0] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}

/** Percentiles in (0, 1): mid-ranks over n. */
export function percentiles(values: ArrayLike<number>): Float64Array {
  return averageRanks(values).map((rank) => (rank - 0.5) / values.length);
}

function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = a.length;
  let meanA = 0;
  let meanB = 0;
  for (let i = 0; i < n; i++) {
    meanA += (a[i] ?? 0) / n;
    meanB += (b[i] ?? 0) / n;
  }
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < n; i++) {
    const da = (a[i] ?? 0) - meanA;
    const db = (b[i] ?? 0) - meanB;
    ab += da * db;
    aa += da * da;
    bb += db * db;
  }
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb);
}

/** Spearman's rho: Pearson's correlation of the average ranks. A constant column gives 0. */
export function spearman(predicted: ArrayLike<number>, truth: ArrayLike<number>): number {
  check(predicted, truth);
  return pearson(averageRanks(predicted), averageRanks(truth));
}

/**
 * Kendall's tau-b, ties handled, in O(n log n) by counting the exchanges of a merge sort (Knight 1966).
 * A constant column gives 0.
 */
export function kendallTauB(predicted: ArrayLike<number>, truth: ArrayLike<number>): number {
  const n = check(predicted, truth);
  const at = (column: ArrayLike<number>, i: number): number => column[i] ?? 0;
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort(
    (a, b) => at(predicted, a) - at(predicted, b) || at(truth, a) - at(truth, b),
  );
  const pairs = (m: number): number => (m * (m - 1)) / 2;
  /** Pairs tied in a column along a sorted order. */
  const tied = (equal: (i: number, j: number) => boolean, along: Uint32Array): number => {
    let total = 0;
    for (let start = 0; start < n; ) {
      let end = start + 1;
      while (end < n && equal(along[start] ?? 0, along[end] ?? 0)) end++;
      total += pairs(end - start);
      start = end;
    }
    return total;
  };
  const samePredicted = (i: number, j: number): boolean => at(predicted, i) === at(predicted, j);
  const sameTruth = (i: number, j: number): boolean => at(truth, i) === at(truth, j);
  const tiedPredicted = tied(samePredicted, order);
  const tiedBoth = tied((i, j) => samePredicted(i, j) && sameTruth(i, j), order);
  const exchanges = mergeSort(order, (i) => at(truth, i));
  const tiedTruth = tied(sameTruth, order);
  const total = pairs(n);
  const concordantMinusDiscordant = total - tiedPredicted - tiedTruth + tiedBoth - 2 * exchanges;
  const scale = Math.sqrt(total - tiedPredicted) * Math.sqrt(total - tiedTruth);
  return scale === 0 ? 0 : concordantMinusDiscordant / scale;
}

/** Sorts `order` by key, stably and in place; returns the number of strictly inverted pairs. */
function mergeSort(order: Uint32Array, key: (i: number) => number): number {
  const n = order.length;
  let source: Uint32Array = order;
  let target: Uint32Array = new Uint32Array(n);
  let exchanges = 0;
  for (let width = 1; width < n; width *= 2) {
    for (let start = 0; start < n; start += 2 * width) {
      const middle = Math.min(start + width, n);
      const end = Math.min(start + 2 * width, n);
      let left = start;
      let right = middle;
      for (let to = start; to < end; to++) {
        const takeRight = left >= middle || (right < end && key(source[right] ?? 0) < key(source[left] ?? 0));
        if (takeRight) exchanges += middle - left;
        target[to] = source[takeRight ? right++ : left++] ?? 0;
      }
    }
    [source, target] = [target, source];
  }
  if (source !== order) order.set(source);
  return exchanges;
}

/** Indices of the `k` largest values, largest first; of equals the earlier row first. */
export function topIndices(values: ArrayLike<number>, k: number): number[] {
  return Array.from({ length: values.length }, (_, i) => i)
    .sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0) || a - b)
    .slice(0, k);
}

/** Share of the true best `fraction` found among as many predicted best. */
export function precisionAt(
  fraction: number,
  predicted: ArrayLike<number>,
  truth: ArrayLike<number>,
): number {
  const k = Math.max(1, Math.round(check(predicted, truth) * fraction));
  const best = new Set(topIndices(truth, k));
  return topIndices(predicted, k).filter((i) => best.has(i)).length / k;
}

/** Normalised discounted cumulative gain over the whole ranking; gain = the truth's percentile. */
export function ndcg(predicted: ArrayLike<number>, truth: ArrayLike<number>): number {
  const n = check(predicted, truth);
  const gain = percentiles(truth);
  const dcg = (order: readonly number[]): number =>
    order.reduce((sum, i, place) => sum + (gain[i] ?? 0) / Math.log2(place + 2), 0);
  return dcg(topIndices(predicted, n)) / dcg(topIndices(gain, n));
}
