/**
 * NAS-Bench-101 (Ying et al., ICML 2019): cells of at most seven vertices and nine edges, an operator on every
 * vertex. Text form: the row-major adjacency bits, a space, the operators joined by `|`, as in
 * `0110000100010000 input|conv3x3-bn-relu|maxpool3x3|output`.
 */
import { z } from 'zod';
import type { Layer } from '../graph/anatomy.ts';
import { ArchitectureError } from '../graph/architecture-error.ts';
import type { CellChannels, Skeleton } from '../graph/cost.ts';
import type { OperatorGraph } from '../graph/operator-graph.ts';
import type { Format } from './format.ts';
import { looksLikeJson, parseJson, shaped } from './json-value.ts';
import { TextCursor } from './text-cursor.ts';

/** The benchmark's operators of inner vertices and their canonical words. */
export const NAS_BENCH_101_OPERATORS = {
  'conv1x1-bn-relu': 'convolution 1 by 1',
  'conv3x3-bn-relu': 'convolution 3 by 3',
  maxpool3x3: 'max pooling 3 by 3',
} as const;

export type NasBench101Operator = keyof typeof NAS_BENCH_101_OPERATORS;

export const NAS_BENCH_101_MAX_VERTICES = 7;
export const NAS_BENCH_101_MAX_EDGES = 9;

/** A cell: vertex 0 is the input, the last the output. */
export interface NasBench101Cell {
  /** Adjacency `[vertices][vertices]`, row to column, upper triangular, 0 or 1. */
  readonly matrix: readonly (readonly number[])[];
  /** Operators of the inner vertices, 1..vertices-2. */
  readonly operators: readonly NasBench101Operator[];
}

const MAX_LENGTH = 512;
const OPERATOR_NAMES = Object.keys(NAS_BENCH_101_OPERATORS) as NasBench101Operator[];
const SIZES = `2 to ${NAS_BENCH_101_MAX_VERTICES} vertices`;

const isOperator = (name: string): name is NasBench101Operator =>
  Object.hasOwn(NAS_BENCH_101_OPERATORS, name);

/** Where the bit at (row, column) and the name of a vertex stand in what the caller gave. */
interface Places {
  bit(row: number, column: number): { pointer: string; offset?: number };
  operator(vertex: number): { pointer: string; offset?: number };
}

const JSON_PLACES: Places = {
  bit: (row, column) => ({ pointer: `/matrix/${row}/${column}` }),
  operator: (vertex) => ({ pointer: `/ops/${vertex}` }),
};

/** Checks what both notations have in common. */
function cellOf(matrix: readonly (readonly number[])[], names: readonly string[], places: Places) {
  const size = matrix.length;
  let edges = 0;
  for (const [row, bits] of matrix.entries()) {
    for (const [column, bit] of bits.entries()) {
      if (bit === 0) continue;
      if (column <= row) {
        throw new ArchitectureError(
          'nas-bench-101-not-upper-triangular',
          `an edge must lead to a later vertex, got one from vertex ${row} to vertex ${column}`,
          places.bit(row, column),
        );
      }
      edges += 1;
      if (edges > NAS_BENCH_101_MAX_EDGES) {
        throw new ArchitectureError(
          'nas-bench-101-too-many-edges',
          `a cell has at most ${NAS_BENCH_101_MAX_EDGES} edges`,
          places.bit(row, column),
        );
      }
    }
  }
  const operators = names.slice(1, -1).map((name, i) => {
    if (isOperator(name)) return name;
    throw new ArchitectureError(
      'nas-bench-101-operator',
      `expected one of ${OPERATOR_NAMES.join(', ')}, got ${JSON.stringify(name)}`,
      places.operator(i + 1),
    );
  });
  for (const [vertex, end] of [
    [0, 'input'],
    [size - 1, 'output'],
  ] as const) {
    if (names[vertex] !== end) {
      throw new ArchitectureError(
        'nas-bench-101-operator',
        `the operator of vertex ${vertex} must be "${end}", got ${JSON.stringify(names[vertex])}`,
        places.operator(vertex),
      );
    }
  }
  return { matrix, operators };
}

function parseText(text: string): NasBench101Cell {
  const cursor: TextCursor = new TextCursor(text, 'nas-bench-101-syntax', MAX_LENGTH);
  const bits = cursor.take(/[01]*/y);
  const size = Math.sqrt(bits.length);
  if (!Number.isInteger(size) || size < 2 || size > NAS_BENCH_101_MAX_VERTICES) {
    cursor.fail(`the bits 0 and 1 of a square matrix of ${SIZES} (${bits.length} are no square)`);
  }
  cursor.expect(' ');
  const names: string[] = [];
  const starts: number[] = [];
  for (let vertex = 0; vertex < size; vertex++) {
    if (vertex > 0) cursor.expect('|');
    starts.push(cursor.at);
    names.push(cursor.take(/[^|]*/y));
  }
  cursor.expectEnd();
  const matrix = Array.from({ length: size }, (_, row) =>
    Array.from(bits.slice(row * size, (row + 1) * size), Number),
  );
  return cellOf(matrix, names, {
    bit: (row, column) => ({ pointer: '', offset: row * size + column }),
    operator: (vertex) => ({ pointer: '', offset: starts[vertex] ?? 0 }),
  });
}

const JSON_CELL = z.strictObject({
  matrix: z
    .array(z.array(z.literal([0, 1])))
    .min(2)
    .max(NAS_BENCH_101_MAX_VERTICES),
  ops: z.array(z.string().max(64)).max(NAS_BENCH_101_MAX_VERTICES),
});

function parseObject(value: unknown): NasBench101Cell {
  const { matrix, ops } = shaped(JSON_CELL, value);
  const wrong = matrix.findIndex((row) => row.length !== matrix.length);
  if (wrong >= 0) {
    throw new ArchitectureError(
      'nas-bench-101-not-square',
      `the matrix has ${matrix.length} rows, so every row must have ${matrix.length} entries`,
      { pointer: `/matrix/${wrong}` },
    );
  }
  if (ops.length !== matrix.length) {
    throw new ArchitectureError(
      'nas-bench-101-operator-count',
      `a matrix of ${matrix.length} vertices needs ${matrix.length} operators, got ${ops.length}`,
      { pointer: '/ops' },
    );
  }
  return cellOf(matrix, ops, JSON_PLACES);
}

function parse(given: unknown): NasBench101Cell {
  if (typeof given !== 'string') return parseObject(given);
  return looksLikeJson(given) ? parseObject(parseJson(given)) : parseText(given);
}

function print({ matrix, operators }: NasBench101Cell): string {
  return `${matrix.map((row) => row.join('')).join('')} ${['input', ...operators, 'output'].join('|')}`;
}

/** Vertices on a path from the input to the output; the benchmark prunes the others before it builds. */
function liveVertices(matrix: NasBench101Cell['matrix']): readonly boolean[] {
  const last = matrix.length - 1;
  const reached = matrix.map((_, v) => v === 0);
  const reaching = matrix.map((_, v) => v === last);
  matrix.forEach((row, from) => {
    row.forEach((bit, to) => {
      if (bit === 1 && reached[from]) reached[to] = true;
    });
  });
  for (let from = last; from >= 0; from--) {
    if (matrix[from]?.some((bit, to) => bit === 1 && reaching[to])) reaching[from] = true;
  }
  return reached.map((yes, v) => yes && reaching[v] === true);
}

/**
 * Channels of every vertex by the benchmark's rule (`compute_vertex_channels`, google-research/nasbench
 * lib/model_builder.py): vertices that feed the output share its channels, as they are concatenated; any other
 * has as many as the widest vertex that it feeds. `share(k, n)` is what the k-th of n concatenated vertices gets.
 * Dead vertices get 0.
 */
function vertexChannels(
  matrix: NasBench101Cell['matrix'],
  input: number,
  output: number,
  share: (k: number, n: number) => number,
): number[] {
  const last = matrix.length - 1;
  const alive = liveVertices(matrix);
  const channels = matrix.map((_, v) => (v === 0 ? input : v === last ? output : 0));
  const joined = matrix.flatMap((row, v) => (v > 0 && row[last] === 1 && alive[v] ? [v] : []));
  joined.forEach((v, k) => {
    channels[v] = share(k, joined.length);
  });
  for (let v = last - 1; v > 0; v--) {
    if (!alive[v] || joined.includes(v)) continue;
    const fed = matrix[v]?.map((bit, to) => (bit === 1 && to < last ? (channels[to] ?? 0) : 0)) ?? [];
    channels[v] = Math.max(...fed);
  }
  return channels;
}

/** Nodes carry their exact share of the cell's width, so that equal vertices stay equal. */
function graph({ matrix, operators }: NasBench101Cell): OperatorGraph {
  const shares = vertexChannels(matrix, 1, 1, (_, joined) => 1 / joined);
  const inner = operators.map((operator, i) => {
    const share = shares[i + 1] || 1;
    return {
      id: `${i + 1}`,
      op: NAS_BENCH_101_OPERATORS[operator],
      channelsIn: share,
      channelsOut: share,
    };
  });
  return {
    nodes: [{ id: 'input', op: 'input' }, ...inner, { id: 'output', op: 'output' }],
    edges: matrix.flatMap((row, from) =>
      row.flatMap((bit, to) => (bit === 1 ? [{ from, to, count: 1 }] : [])),
    ),
  };
}

/** Whole channels of every vertex, and the 1 by 1 projections from the cell's input. */
function spread(
  { matrix }: NasBench101Cell,
  channelsIn: number,
  channels: number,
  side: number,
): CellChannels {
  const last = matrix.length - 1;
  const of = vertexChannels(matrix, channelsIn, channels, (k, joined) =>
    // What does not divide evenly goes to the first vertices, one channel each.
    k < channels % joined ? Math.floor(channels / joined) + 1 : Math.floor(channels / joined),
  );
  const projections = of.flatMap((width, v): Layer[] => {
    if (v === 0 || width === 0 || matrix[0]?.[v] !== 1) return [];
    return [
      { kind: 'convolution', in: channelsIn, out: width, kernel: [1, 1], groups: 1, side },
      { kind: 'normalization', channels: width, side },
      { kind: 'activation', channels: width, side },
    ];
  });
  const inner = of.map((width, v) => (v === 0 || v === last ? channels : width));
  return { channelsIn: inner, channelsOut: inner, extra: projections };
}

const WIDTHS = [128, 256, 512] as const;

/**
 * The benchmark's CIFAR-10 network: stem of 128 channels, three stacks of three cells, max pooling between. Its
 * params and FLOPs equal published ones to the last digit, which do not count the mean over the last map.
 */
function skeleton(cell: NasBench101Cell): Skeleton {
  return {
    fixed: [
      { kind: 'convolution', in: 3, out: 128, kernel: [3, 3], groups: 1, side: 32 },
      { kind: 'normalization', channels: 128, side: 32 },
      { kind: 'activation', channels: 128, side: 32 },
      { kind: 'pooling', channels: 128, kernel: [2, 2], side: 16 },
      { kind: 'pooling', channels: 256, kernel: [2, 2], side: 8 },
      { kind: 'linear', in: 512, out: 10, bias: true },
    ],
    stages: WIDTHS.map((channels, i) => ({
      cells: 3,
      channelsIn: i === 0 ? 128 : channels / 2,
      channels,
      side: 32 / 2 ** i,
    })),
    spread: (_, channelsIn, channels, side) => spread(cell, channelsIn, channels, side),
  };
}

export const nasBench101: Format<NasBench101Cell> = {
  id: 'nas-bench-101',
  title: 'NAS-Bench-101',
  example: {
    matrix: [
      [0, 1, 1, 0],
      [0, 0, 0, 1],
      [0, 0, 0, 1],
      [0, 0, 0, 0],
    ],
    ops: ['input', 'conv3x3-bn-relu', 'maxpool3x3', 'output'],
  },
  parse,
  print,
  graph,
  skeleton,
};
