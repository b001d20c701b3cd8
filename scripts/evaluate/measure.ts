/** @file How well a column of predictions ranks a benchmark's rows. */
import { kendallTauB, ndcg, precisionAt, spearman, topIndices } from './rank-metrics.ts';

export interface Quality {
  readonly rows: number;
  readonly spearman: number;
  readonly kendall: number;
  /** Share of the true best 1% and 10% among as many predicted best. */
  readonly precision1: number;
  readonly precision10: number;
  readonly ndcg: number;
  /** Accuracy of the architecture ranked first, and the best of the first ten. */
  readonly top1: number;
  readonly top10: number;
}

/** Compares on the rows where both are known; -Infinity (a dead network) ranks last. */
export function qualityOf(predicted: ArrayLike<number>, truth: ArrayLike<number>): Quality | undefined {
  const known: number[] = [];
  for (let i = 0; i < truth.length; i++) {
    if (!Number.isNaN(predicted[i] ?? Number.NaN) && !Number.isNaN(truth[i] ?? Number.NaN)) known.push(i);
  }
  if (known.length < 2) return undefined;
  const p = known.map((i) => predicted[i] ?? 0);
  const t = known.map((i) => truth[i] ?? 0);
  const best = topIndices(p, 10).map((i) => t[i] ?? 0);
  return {
    rows: known.length,
    spearman: spearman(p, t),
    kendall: kendallTauB(p, t),
    precision1: precisionAt(0.01, p, t),
    precision10: precisionAt(0.1, p, t),
    ndcg: ndcg(p, t),
    top1: best[0] ?? Number.NaN,
    top10: Math.max(...best),
  };
}

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Mean of every figure over several runs, and its standard deviation (n - 1). */
export interface Spread {
  readonly mean: Quality;
  readonly deviation: Quality;
  readonly runs: number;
}

export function spreadOf(runs: readonly Quality[]): Spread {
  const [first] = runs;
  if (first === undefined) throw new RangeError('no runs to average');
  const keys = Object.keys(first) as (keyof Quality)[];
  const over = (figure: (key: keyof Quality) => number): Quality =>
    Object.fromEntries(keys.map((key) => [key, figure(key)])) as unknown as Quality;
  const mean = over((key) => runs.reduce((sum, run) => sum + run[key] / runs.length, 0));
  const deviation = over((key) =>
    Math.sqrt(runs.reduce((sum, run) => sum + (run[key] - mean[key]) ** 2, 0) / Math.max(1, runs.length - 1)),
  );
  return { mean, deviation, runs: runs.length };
}
