import { readArchitecture } from '../../src/formats/registry.ts';
import { canonicalize } from '../../src/graph/canonicalize.ts';
import { type Cost, costOf, type Skeleton } from '../../src/graph/cost.ts';
import type { OperatorGraph } from '../../src/graph/operator-graph.ts';

/**
 * Spaces whose architectures resemble each other so much that labels of one would leak into another: a protocol
 * leaves out a whole family.
 */
export type Family = 'nas-bench-101' | 'nas-bench-201' | 'darts' | 'macro' | 'accel' | 'transnas-macro';

/** A benchmark's architectures with everything measured on them. */
export interface BenchmarkTable {
  readonly space: string;
  readonly family: Family;
  readonly texts: readonly string[];
  /** As written, and canonical. */
  readonly raw: readonly OperatorGraph[];
  readonly graphs: readonly OperatorGraph[];
  readonly skeletons: readonly Skeleton[];
  /** Of the canonical graph: what the network really computes. */
  readonly costs: readonly Cost[];
  /** Measurements by name, NaN where missing. Higher accuracy and proxies are better, latencies are as measured. */
  readonly columns: Readonly<Record<string, Float64Array>>;
}

/** One architecture on its way into a table. */
export interface Measured {
  readonly format: string;
  readonly architecture: unknown;
  readonly values: Readonly<Record<string, number>>;
}

/** Reads every architecture through its format, as the service would. */
export function tableOf(space: string, family: Family, rows: readonly Measured[]): BenchmarkTable {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row.values)))];
  const columns = Object.fromEntries(
    names.map((name) => [name, new Float64Array(rows.length).fill(Number.NaN)]),
  );
  const read = rows.map(({ format, architecture }) => readArchitecture(format, architecture));
  rows.forEach(({ values }, i) => {
    for (const [name, value] of Object.entries(values)) {
      const column = columns[name];
      if (column !== undefined) column[i] = value;
    }
  });
  const graphs = read.map(({ graph }) => canonicalize(graph));
  return {
    space,
    family,
    texts: read.map(({ text }) => text),
    raw: read.map(({ graph }) => graph),
    graphs,
    skeletons: read.map(({ skeleton }) => skeleton),
    costs: read.map(({ skeleton }, i) => costOf(graphs[i] ?? { nodes: [], edges: [] }, skeleton)),
    columns,
  };
}
