/** @file The architectures that percentiles are against, space by space. */
import { canonicalize } from '../../src/graph/canonicalize.ts';
import type { OperatorGraph } from '../../src/graph/operator-graph.ts';
import { seededRandom } from '../../src/spaces/random.ts';
import { spaceOf } from '../../src/spaces/registry.ts';
import { enumerate, sample } from '../../src/spaces/variation.ts';
import type { BenchmarkTable } from '../data/benchmark-table.ts';

export interface Reference {
  /** Format whose architectures are judged against it. */
  readonly space: string;
  /** What it is, in words. */
  readonly of: string;
  readonly graphs: readonly OperatorGraph[];
}

const SAMPLE = 10_000;
/** Of each space in the pooled reference that free graphs are judged against. */
const POOLED = 2_000;

function all(id: string): OperatorGraph[] {
  const space = spaceOf(id);
  return [...enumerate(space)].map((genome) => canonicalize(space.network(genome).graph));
}

/** Random architectures of a space; those that a random genome happens not to be are drawn again. */
function random(id: string, count: number): OperatorGraph[] {
  const space = spaceOf(id);
  const stream = seededRandom(1);
  const graphs: OperatorGraph[] = [];
  while (graphs.length < count) {
    const genome = sample(space, stream);
    if (genome !== undefined) graphs.push(canonicalize(space.network(genome).graph));
  }
  return graphs;
}

/** Every space's reference; the order is the order of the rows in `reference.bin`. */
export function references(tables: ReadonlyMap<string, BenchmarkTable>): Reference[] {
  const cells201 = all('nas-bench-201');
  const cells101 = random('nas-bench-101', SAMPLE);
  const darts = random('darts', SAMPLE);
  const transnas = all('transnas-bench-101');
  const chains = [...all('macro-chain'), ...(tables.get('accel-nasbench')?.graphs ?? [])];
  const every = (graphs: readonly OperatorGraph[]): OperatorGraph[] =>
    graphs.filter(
      (_, i) => Math.floor((i * POOLED) / graphs.length) !== Math.floor(((i - 1) * POOLED) / graphs.length),
    );
  const pooled = [cells201, cells101, darts, transnas, chains].flatMap(every);
  return [
    { space: 'nas-bench-201', of: 'all 15,625 cells of NAS-Bench-201', graphs: cells201 },
    { space: 'nas-bench-101', of: '10,000 random cells of NAS-Bench-101', graphs: cells101 },
    { space: 'darts', of: '10,000 random DARTS cells', graphs: darts },
    { space: 'transnas-bench-101', of: 'all 4,096 cells of TransNAS-Bench-101 micro', graphs: transnas },
    {
      space: 'chain',
      of: 'all 6,561 networks of NAS-Bench-Macro and 5,138 of Accel-NASBench',
      graphs: chains,
    },
    { space: 'dag', of: 'the built-in spaces pooled, 2,000 architectures of each', graphs: pooled },
  ];
}
