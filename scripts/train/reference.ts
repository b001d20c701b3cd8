/** @file The architectures that percentiles are against, space by space. */

import { dag } from '../../src/formats/dag.ts';
import { canonicalize } from '../../src/graph/canonicalize.ts';
import { costOf, type Size, type Skeleton } from '../../src/graph/cost.ts';
import type { OperatorGraph } from '../../src/graph/operator-graph.ts';
import { seededRandom } from '../../src/spaces/random.ts';
import { spaceOf } from '../../src/spaces/registry.ts';
import type { Network } from '../../src/spaces/space.ts';
import { enumerate, sample } from '../../src/spaces/variation.ts';
import type { BenchmarkTable } from '../data/benchmark-table.ts';

export interface Reference {
  /** Format whose architectures are judged against it. */
  readonly space: string;
  /** What it is, in words. */
  readonly of: string;
  readonly members: readonly Member[];
}

/** An architecture of a reference. */
export interface Member {
  /** Canonical. */
  readonly graph: OperatorGraph;
  /** Of the graph's network. */
  readonly size: Size;
}

const SAMPLE = 10_000;
/** Of each space in the pooled reference that free graphs are judged against. */
const POOLED = 2_000;

function memberOf({ graph, skeleton }: Network): Member {
  const canonical = canonicalize(graph);
  return { graph: canonical, size: costOf(canonical, skeleton) };
}

function all(id: string): Member[] {
  const space = spaceOf(id);
  return [...enumerate(space)].map((genome) => memberOf(space.network(genome)));
}

/** Random architectures of a space; those that a random genome happens not to be are drawn again. */
function random(id: string, count: number): Member[] {
  const space = spaceOf(id);
  const stream = seededRandom(1);
  const members: Member[] = [];
  while (members.length < count) {
    const genome = sample(space, stream);
    if (genome !== undefined) members.push(memberOf(space.network(genome)));
  }
  return members;
}

/** The macro rules of a free graph that says nothing of its own. */
const FREE: Skeleton = dag.skeleton(
  dag.parse({
    nodes: [{ id: 'a', op: 'identity' }],
    edges: [
      ['in', 'a'],
      ['a', 'out'],
    ],
  }),
);

/** Every space's reference; the order is the order of the rows in `reference.bin`. */
export function references(tables: ReadonlyMap<string, BenchmarkTable>): Reference[] {
  const cells201 = all('nas-bench-201');
  const cells101 = random('nas-bench-101', SAMPLE);
  const darts = random('darts', SAMPLE);
  const transnas = all('transnas-bench-101');
  const accel = tables.get('accel-nasbench');
  const chains = [
    ...all('macro-chain'),
    ...(accel?.graphs ?? []).flatMap((graph, row) => {
      const size = accel?.costs[row];
      return size === undefined ? [] : [{ graph, size }];
    }),
  ];
  const every = (members: readonly Member[]): Member[] =>
    members.filter(
      (_, i) => Math.floor((i * POOLED) / members.length) !== Math.floor(((i - 1) * POOLED) / members.length),
    );
  // Free graphs are judged as cells of one and the same network, whatever stands around them where they come from.
  const pooled = [cells201, cells101, darts, transnas, chains]
    .flatMap(every)
    .map(({ graph }) => ({ graph, size: costOf(graph, FREE) }));
  return [
    { space: 'nas-bench-201', of: 'all 15,625 cells of NAS-Bench-201', members: cells201 },
    { space: 'nas-bench-101', of: '10,000 random cells of NAS-Bench-101', members: cells101 },
    { space: 'darts', of: '10,000 random DARTS cells', members: darts },
    { space: 'transnas-bench-101', of: 'all 4,096 cells of TransNAS-Bench-101 micro', members: transnas },
    {
      space: 'chain',
      of: 'all 6,561 networks of NAS-Bench-Macro and 5,138 of Accel-NASBench',
      members: chains,
    },
    { space: 'dag', of: 'the built-in spaces pooled, 2,000 architectures of each', members: pooled },
  ];
}
