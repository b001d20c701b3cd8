import fc from 'fast-check';
import { CHAIN_DEFAULTS, type Chain } from '../../src/formats/chain.ts';
import { DAG_NETWORK, type Dag } from '../../src/formats/dag.ts';
import {
  DARTS_DATASETS,
  DARTS_DEFAULTS,
  DARTS_MAX_NODES,
  DARTS_OPERATORS,
  type DartsCell,
  type DartsGenotype,
  type DartsOperator,
} from '../../src/formats/darts-genotype.ts';
import type { FormatId } from '../../src/formats/format.ts';
import { FOUR_STATE_EDGES } from '../../src/formats/four-state-cell.ts';
import {
  NAS_BENCH_101_MAX_EDGES,
  NAS_BENCH_101_OPERATORS,
  type NasBench101Cell,
  type NasBench101Operator,
} from '../../src/formats/nas-bench-101.ts';
import {
  NAS_BENCH_201_OPERATORS,
  type NasBench201Cell,
  type NasBench201Operator,
} from '../../src/formats/nas-bench-201.ts';
import type { OnnxNetwork } from '../../src/formats/onnx.ts';
import type { TransNasNetwork } from '../../src/formats/transnas-bench-101.ts';

const keysOf = <Key extends string>(record: Readonly<Record<Key, unknown>>): Key[] =>
  Object.keys(record) as Key[];
const exactly = <T>(arbitrary: fc.Arbitrary<T>, length: number) =>
  fc.array(arbitrary, { minLength: length, maxLength: length });

export const nasBench201Cells: fc.Arbitrary<NasBench201Cell> = exactly(
  fc.constantFrom<NasBench201Operator>(...keysOf(NAS_BENCH_201_OPERATORS)),
  FOUR_STATE_EDGES.length,
);

export const nasBench101Cells: fc.Arbitrary<NasBench101Cell> = fc
  .integer({ min: 2, max: 7 })
  .chain((size) => {
    const pairs = Array.from({ length: size * size }, (_, i) => i).filter(
      (i) => i % size > Math.floor(i / size),
    );
    return fc.record({
      size: fc.constant(size),
      edges: fc.subarray(pairs, { maxLength: Math.min(pairs.length, NAS_BENCH_101_MAX_EDGES) }),
      operators: exactly(fc.constantFrom<NasBench101Operator>(...keysOf(NAS_BENCH_101_OPERATORS)), size - 2),
    });
  })
  .map(({ size, edges, operators }) => ({
    matrix: Array.from({ length: size }, (_, row) =>
      Array.from({ length: size }, (_, column) => (edges.includes(row * size + column) ? 1 : 0)),
    ),
    operators,
  }));

const dartsCells: fc.Arbitrary<DartsCell> = fc.integer({ min: 1, max: DARTS_MAX_NODES }).chain((nodes) => {
  const states = Array.from({ length: nodes }, (_, node) => node + 2);
  const choice = (node: number) =>
    fc.tuple(fc.constantFrom<DartsOperator>(...keysOf(DARTS_OPERATORS)), fc.nat({ max: node - 1 }));
  return fc.record({
    choices: fc.tuple(...states.flatMap((node) => [choice(node), choice(node)])),
    concat: fc.subarray(states, { minLength: 1 }),
  });
});

export const dartsGenotypes: fc.Arbitrary<DartsGenotype> = fc.record({
  normal: dartsCells,
  reduce: dartsCells,
  layers: fc.oneof(fc.constant(DARTS_DEFAULTS.layers), fc.integer({ min: 1, max: 100 })),
  channels: fc.oneof(fc.constant(DARTS_DEFAULTS.channels), fc.integer({ min: 1, max: 4_096 })),
  dataset: fc.constantFrom(...DARTS_DATASETS),
});

export const transNasNetworks: fc.Arbitrary<TransNasNetwork> = fc.record({
  channels: fc.integer({ min: 1, max: 512 }).map((half) => 2 * half),
  modules: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 4, maxLength: 6 }),
  cell: fc.oneof(fc.constant('basic' as const), exactly(fc.nat({ max: 3 }), FOUR_STATE_EDGES.length)),
});

const words = fc.oneof(
  fc.constantFrom(
    'inverted bottleneck convolution 5 by 5, expansion 6, squeeze and excitation',
    'inverted bottleneck convolution 3 by 3, expansion 1',
    'convolution 3 by 3',
    'grouped convolution 3 by 3, 4 groups',
    'residual bottleneck block convolution 3 by 3, 32 groups',
    'max pooling 3 by 3',
    'identity',
  ),
  fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }).map((text) => `op ${text}`.trim()),
);

export const chains: fc.Arbitrary<Chain> = fc.record({
  stages: fc.array(
    fc.record({
      op: words,
      channels: fc.integer({ min: 1, max: 2_048 }),
      stride: fc.integer({ min: 1, max: 4 }),
      repeat: fc.integer({ min: 1, max: 8 }),
    }),
    { minLength: 1, maxLength: 12 },
  ),
  input: fc.oneof(
    fc.constant(CHAIN_DEFAULTS.input),
    fc.record({ channels: fc.integer({ min: 1, max: 64 }), resolution: fc.integer({ min: 1, max: 256 }) }),
  ),
  stem: fc.oneof(fc.constant(CHAIN_DEFAULTS.stem), fc.record({ kernel: fc.integer({ min: 1, max: 7 }) })),
  head: fc.oneof(
    fc.constant(CHAIN_DEFAULTS.head),
    fc.record({ channels: fc.integer({ min: 1, max: 2_048 }), classes: fc.integer({ min: 1, max: 1_000 }) }),
  ),
});

const multiple = fc.constantFrom(0.25, 0.5, 1, 2, 3);

export const dags: fc.Arbitrary<Dag> = fc
  .array(
    fc.record(
      {
        op: words,
        channelsIn: multiple,
        channelsOut: multiple,
        resolution: multiple,
        stride: multiple,
        repeat: fc.integer({ min: 1, max: 4 }),
      },
      { requiredKeys: ['op'] },
    ),
    { maxLength: 8 },
  )
  .chain((drafts) => {
    const nodes = drafts.map((draft, i) => ({ id: `node ${i}`, ...draft }));
    const ids = ['in', ...nodes.map(({ id }) => id), 'out'];
    const pairs = ids.flatMap((from, i) => ids.slice(i + 1).map((to): [string, string] => [from, to]));
    return fc.record({
      nodes: fc.constant(nodes),
      edges: fc.array(fc.constantFrom(...pairs), { maxLength: 20 }),
      network: fc.oneof(
        fc.constant(DAG_NETWORK),
        fc.record({
          channels: fc.integer({ min: 1, max: 512 }),
          resolution: fc.integer({ min: 1, max: 224 }),
          cells: fc.integer({ min: 1, max: 20 }),
        }),
      ),
    });
  });

export const onnxNetworks: fc.Arbitrary<OnnxNetwork> = dags.chain(({ nodes, edges }) =>
  fc.record({
    nodes: fc.constant(nodes),
    edges: fc.constant(edges),
    cost: fc.record({ params: fc.nat(), flops: fc.nat() }),
  }),
);

export const ARCHITECTURES: Readonly<Record<FormatId, fc.Arbitrary<unknown>>> = {
  'nas-bench-101': nasBench101Cells,
  'nas-bench-201': nasBench201Cells,
  darts: dartsGenotypes,
  'transnas-bench-101': transNasNetworks,
  chain: chains,
  dag: dags,
  onnx: onnxNetworks,
};
