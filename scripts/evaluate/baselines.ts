/** @file What the score is compared with, on the same rows: costs, measured proxies, published scores. */
import type { BenchmarkTable } from '../data/benchmark-table.ts';
import { columnPercentiles } from '../train/heads.ts';

/** Measured proxies whose ranks are added up: the vote of Abdelfattah et al. (2021), with nwot for snip. */
const VOTERS = ['nwot', 'synflow', 'jacov'] as const;

/** Sum of the log-percentiles of several columns; NaN where one of them is. */
export function rankAggregate(columns: readonly Float64Array[]): Float64Array {
  const ranked = columns.map(columnPercentiles);
  return Float64Array.from(ranked[0] ?? [], (_, row) =>
    ranked.reduce((sum, column) => sum + Math.log(column[row] ?? Number.NaN), 0),
  );
}

export function baselinesOf(table: BenchmarkTable): Map<string, Float64Array> {
  const { columns, costs } = table;
  const found = new Map<string, Float64Array>();
  const measured = (name: string, label: string): void => {
    const column = columns[name];
    if (column !== undefined) found.set(label, column);
  };
  measured('author_score', "TG-NAS, its authors' scores");
  measured('params_published', 'params, published');
  measured('flops_published', 'FLOPs, published');
  found.set(
    'params of the canonical graph',
    Float64Array.from(costs, ({ params }) => params),
  );
  found.set(
    'FLOPs of the canonical graph',
    Float64Array.from(costs, ({ flops }) => flops),
  );
  found.set(
    'depth',
    Float64Array.from(costs, ({ depth }) => depth),
  );
  for (const name of ['nwot', 'synflow', 'jacov', 'zen']) measured(name, `${name}, measured`);
  const voters = VOTERS.flatMap((name) => columns[name] ?? []);
  if (voters.length === VOTERS.length) {
    found.set('rank aggregate of nwot, synflow, jacov, measured', rankAggregate(voters));
  }
  return found;
}
