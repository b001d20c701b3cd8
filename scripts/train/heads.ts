/** @file What the network's heads predict, and the targets that each table has for them. */

import type { BenchmarkTable } from '../data/benchmark-table.ts';
import { HARDWARE } from '../data/benchmarks.ts';
import { percentiles } from '../evaluate/rank-metrics.ts';

/** Zero-cost proxies that a head learns to predict from the graph. */
export const PROXY_HEADS = ['nwot', 'synflow', 'jacov', 'zen'] as const;
/** Accuracy on each of NAS-Bench-201's datasets; only where its labels may be seen. */
export const DATASET_HEADS = ['cifar10', 'cifar100', 'imagenet16'] as const;

/** Heads of a model that sees nothing of its target space. */
export const TRANSFER_HEADS: readonly string[] = ['accuracy', ...PROXY_HEADS];
/** Heads of a model that sees the target's proxies and none of its labels. */
export const LABEL_FREE_HEADS: readonly string[] = ['accuracy', 'nwot', 'synflow', 'jacov'];
/** Heads of the shipped model. */
export const ALL_HEADS: readonly string[] = ['accuracy', ...DATASET_HEADS, ...PROXY_HEADS, ...HARDWARE];

/** Percentiles of the known values; NaN stays NaN. */
export function columnPercentiles(column: Float64Array): Float64Array {
  const known = [...column.keys()].filter((i) => !Number.isNaN(column[i]));
  const ranked = percentiles(known.map((i) => column[i] ?? 0));
  const out = new Float64Array(column.length).fill(Number.NaN);
  known.forEach((row, place) => {
    out[row] = ranked[place] ?? Number.NaN;
  });
  return out;
}

/** Mean of several columns' percentiles, of those that are known in a row. */
function meanPercentiles(columns: readonly Float64Array[]): Float64Array {
  const ranked = columns.map(columnPercentiles);
  return Float64Array.from(ranked[0] ?? [], (_, row) => {
    const known = ranked.map((column) => column[row] ?? Number.NaN).filter((value) => !Number.isNaN(value));
    return known.length === 0 ? Number.NaN : known.reduce((sum, value) => sum + value, 0) / known.length;
  });
}

/**
 * Percentile targets of one head for every row, or `undefined` where the table knows nothing of it. Latencies
 * and energies keep their direction: a high percentile is slow.
 */
export function targetOf(head: string, table: Pick<BenchmarkTable, 'columns'>): Float64Array | undefined {
  const { columns } = table;
  const present = (names: readonly string[]): Float64Array[] =>
    names.flatMap((name) => {
      const column = columns[name];
      return column === undefined ? [] : [column];
    });
  // NAS-Bench-201 has three accuracies: the head learns their mean rank.
  const sources =
    head === 'accuracy' && columns.accuracy === undefined ? present(DATASET_HEADS) : present([head]);
  return sources.length === 0 ? undefined : meanPercentiles(sources);
}
