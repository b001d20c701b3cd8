/**
 * NAS-Bench-201 (Dong & Yang, ICLR 2020): cells of four summed states with one of five operators on each of
 * six edges, written `|nor_conv_3x3~0|+|none~0|skip_connect~1|+|...|`.
 */
import type { Layer } from '../graph/anatomy.ts';
import { ArchitectureError } from '../graph/architecture-error.ts';
import type { Skeleton } from '../graph/cost.ts';
import type { OperatorGraph, OperatorNode } from '../graph/operator-graph.ts';
import type { Format } from './format.ts';
import { FOUR_STATE_EDGES, fourStateGraph } from './four-state-cell.ts';
import { TextCursor } from './text-cursor.ts';

/** The benchmark's operators and their canonical words. */
export const NAS_BENCH_201_OPERATORS = {
  none: 'none',
  skip_connect: 'identity',
  nor_conv_1x1: 'convolution 1 by 1',
  nor_conv_3x3: 'convolution 3 by 3',
  avg_pool_3x3: 'average pooling 3 by 3',
} as const;

export type NasBench201Operator = keyof typeof NAS_BENCH_201_OPERATORS;

/** The operator of each edge of {@link FOUR_STATE_EDGES}. */
export type NasBench201Cell = readonly NasBench201Operator[];

const MAX_LENGTH = 256;
const OPERATOR_NAMES = Object.keys(NAS_BENCH_201_OPERATORS) as NasBench201Operator[];

const isOperator = (name: string): name is NasBench201Operator =>
  Object.hasOwn(NAS_BENCH_201_OPERATORS, name);

/** Every node that a cell can have, built once: [edge][operator]. Graphs share them. */
const NODES: readonly Readonly<Record<NasBench201Operator, OperatorNode>>[] = FOUR_STATE_EDGES.map(
  ([from, to]) => {
    const node = (operator: NasBench201Operator): OperatorNode => ({
      id: `${from}-${to}`,
      op: NAS_BENCH_201_OPERATORS[operator],
    });
    return {
      none: node('none'),
      skip_connect: node('skip_connect'),
      nor_conv_1x1: node('nor_conv_1x1'),
      nor_conv_3x3: node('nor_conv_3x3'),
      avg_pool_3x3: node('avg_pool_3x3'),
    };
  },
);

/** ResNet basic block between two stages: halves the side, doubles the channels. */
function reduction(channels: number, side: number): Layer[] {
  const [wide, half] = [2 * channels, side / 2];
  return [
    { kind: 'activation', channels, side },
    { kind: 'convolution', in: channels, out: wide, kernel: [3, 3], groups: 1, side: half },
    { kind: 'normalization', channels: wide, side: half },
    { kind: 'activation', channels: wide, side: half },
    { kind: 'convolution', in: wide, out: wide, kernel: [3, 3], groups: 1, side: half },
    { kind: 'normalization', channels: wide, side: half },
    { kind: 'pooling', channels, kernel: [2, 2], side: half },
    { kind: 'convolution', in: channels, out: wide, kernel: [1, 1], groups: 1, side: half },
  ];
}

/** The benchmark's CIFAR-10 network. Its params and FLOPs equal the benchmark's columns to the last digit. */
const SKELETON: Skeleton = {
  fixed: [
    { kind: 'convolution', in: 3, out: 16, kernel: [3, 3], groups: 1, side: 32 },
    { kind: 'normalization', channels: 16, side: 32 },
    ...reduction(16, 32),
    ...reduction(32, 16),
    { kind: 'normalization', channels: 64, side: 8 },
    { kind: 'activation', channels: 64, side: 8 },
    // The benchmark's counter takes global pooling of an 8 by 8 map for a 9 by 9 kernel.
    { kind: 'pooling', channels: 64, kernel: [9, 9], side: 1 },
    { kind: 'linear', in: 64, out: 10, bias: true },
  ],
  stages: [
    { cells: 5, channelsIn: 16, channels: 16, side: 32 },
    { cells: 5, channelsIn: 32, channels: 32, side: 16 },
    { cells: 5, channelsIn: 64, channels: 64, side: 8 },
  ],
};

function parse(given: unknown): NasBench201Cell {
  if (typeof given !== 'string') {
    throw new ArchitectureError(
      'architecture-type',
      `a nas-bench-201 cell is a text such as "${nasBench201.example}"`,
    );
  }
  const cursor: TextCursor = new TextCursor(given, 'nas-bench-201-syntax', MAX_LENGTH);
  const cell: NasBench201Operator[] = [];
  let state = 1;
  for (const [from, to] of FOUR_STATE_EDGES) {
    if (to !== state) {
      cursor.expect('+');
      state = to;
    }
    if (from === 0) cursor.expect('|');
    const end = given.indexOf('~', cursor.at);
    const operator = end < 0 ? '' : given.slice(cursor.at, end);
    if (!isOperator(operator)) {
      cursor.fail(`one of ${OPERATOR_NAMES.join(', ')} before "~${from}"`, 'nas-bench-201-operator');
    }
    cell.push(operator);
    cursor.at = end;
    cursor.expect(`~${from}|`);
  }
  cursor.expectEnd();
  return cell;
}

function print(cell: NasBench201Cell): string {
  const [a, b, c, d, e, f] = cell;
  return `|${a}~0|+|${b}~0|${c}~1|+|${d}~0|${e}~1|${f}~2|`;
}

const graph = (cell: NasBench201Cell): OperatorGraph =>
  fourStateGraph(cell.flatMap((operator, i) => NODES[i]?.[operator] ?? []));

export const nasBench201: Format<NasBench201Cell> = {
  id: 'nas-bench-201',
  title: 'NAS-Bench-201',
  example: '|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|',
  parse,
  print,
  graph,
  skeleton: () => SKELETON,
};
