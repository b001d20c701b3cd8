/**
 * TransNAS-Bench-101 (Duan et al., CVPR 2021), both spaces, as its networks are named:
 * `64-41414-1_02_333` is base width, modules, cell; `64-1112-basic` has residual basic blocks for cells.
 * Modules: 1 plain, 2 doubles the channels, 3 halves the resolution, 4 does both; each is two cells or blocks.
 */
import type { Layer } from '../graph/anatomy.ts';
import { ArchitectureError } from '../graph/architecture-error.ts';
import type { Skeleton, Stage } from '../graph/cost.ts';
import { graphOf, type OperatorGraph, type OperatorNode } from '../graph/operator-graph.ts';
import type { Format } from './format.ts';
import { FOUR_STATE_EDGES, fourStateGraph } from './four-state-cell.ts';
import { TextCursor } from './text-cursor.ts';

/** Canonical words of the cell's operators, by digit. */
export const TRANSNAS_OPERATORS = ['none', 'identity', 'convolution 1 by 1', 'convolution 3 by 3'] as const;

export interface TransNasNetwork {
  /** Channels after the stem. */
  readonly channels: number;
  /** Modules, each 1 to 4. */
  readonly modules: readonly number[];
  /** The operator of each edge of {@link FOUR_STATE_EDGES} by digit, or residual basic blocks. */
  readonly cell: readonly number[] | 'basic';
}

const MAX_LENGTH = 64;
const MIN_MODULES = 4;
const MAX_MODULES = 6;
const MAX_CHANNELS = 1_024;

function parse(given: unknown): TransNasNetwork {
  if (typeof given !== 'string') {
    throw new ArchitectureError(
      'architecture-type',
      `a transnas-bench-101 network is a text such as "${transNasBench101.example}"`,
    );
  }
  const cursor: TextCursor = new TextCursor(given, 'transnas-bench-101-syntax', MAX_LENGTH);
  const channels = Number(cursor.take(/[1-9]\d{0,3}/y));
  // The stem's first convolution has half the base width.
  if (channels < 2 || channels > MAX_CHANNELS || channels % 2 !== 0) {
    cursor.fail(`an even base width of 2 to ${MAX_CHANNELS}`, 'transnas-bench-101-channels', 0);
  }
  cursor.expect('-');
  const start = cursor.at;
  const modules = Array.from(cursor.take(/[1-4]*/y), Number);
  if (modules.length < MIN_MODULES || modules.length > MAX_MODULES) {
    cursor.fail(`${MIN_MODULES} to ${MAX_MODULES} modules, digits 1 to 4`, undefined, start);
  }
  cursor.expect('-');
  if (cursor.skip('basic')) {
    cursor.expectEnd();
    return { channels, modules, cell: 'basic' };
  }
  const cell: number[] = [];
  let state = 1;
  for (const [from, to] of FOUR_STATE_EDGES) {
    if (to !== state) {
      cursor.expect('_');
      state = to;
    }
    const digit = cursor.take(/[0-3]/y);
    if (digit === '') {
      cursor.fail(`the operator from state ${from} to state ${to}, a digit 0 to 3`);
    }
    cell.push(Number(digit));
  }
  cursor.expectEnd();
  return { channels, modules, cell };
}

function print({ channels, modules, cell }: TransNasNetwork): string {
  const head = `${channels}-${modules.join('')}`;
  if (cell === 'basic') return `${head}-basic`;
  const [a, b, c, d, e, f] = cell;
  return `${head}-${a}_${b}${c}_${d}${e}${f}`;
}

const doubles = (module: number): boolean => module === 2 || module === 4;
const halves = (module: number): boolean => module >= 3;

/** Nodes of one cell; in a module's first one, what reads the cell's input strides and widens. */
function cellNodes(cell: readonly number[], widthIn: number, stride: number): OperatorNode[] {
  const reshapes = widthIn !== 1 || stride !== 1;
  return FOUR_STATE_EDGES.map(([from, to], i) => {
    const id = `${from}-${to}`;
    const op = TRANSNAS_OPERATORS[cell[i] ?? 0] ?? 'none';
    if (!reshapes || op === 'none') return { id, op };
    if (from > 0) return { id, op, resolution: 1 / stride };
    return { id, op: op === 'identity' ? 'factorized reduction' : op, channelsIn: widthIn, stride };
  });
}

/** A chain of residual basic blocks, two a module. */
function macroGraph(modules: readonly number[]): OperatorGraph {
  const blocks: OperatorNode[] = [];
  let [width, resolution] = [1, 1];
  for (const [i, module] of modules.entries()) {
    const wide = doubles(module) ? 2 * width : width;
    const stride = halves(module) ? 2 : 1;
    const op = 'residual block convolution 3 by 3';
    blocks.push({ id: `${i + 1}a`, op, channelsIn: width, channelsOut: wide, resolution, stride });
    resolution /= stride;
    blocks.push({ id: `${i + 1}b`, op, channelsIn: wide, channelsOut: wide, resolution });
    width = wide;
  }
  const nodes = [{ id: 'input', op: 'input' }, ...blocks, { id: 'output', op: 'output' }];
  const edges = nodes.slice(1).map((node, i): [string, string] => [nodes[i]?.id ?? '', node.id]);
  return graphOf(nodes, edges);
}

/** Side of Taskonomy's images, and object classes, of the benchmark's classification networks. */
const IMAGE_SIDE = 256;
const CLASSES = 75;

/** The benchmark's network for object classification (yawen-d/TransNASBench lib/models/net_infer/net_macro.py). */
function skeleton({ channels, modules, cell }: TransNasNetwork): Skeleton {
  const half = channels / 2;
  const stages: Stage[] = [];
  let [width, side] = [channels, IMAGE_SIDE / 4];
  for (const module of modules) {
    const wide = doubles(module) ? 2 * width : width;
    const stride = halves(module) ? 2 : 1;
    if (cell !== 'basic') {
      const first = cellNodes(cell, width / wide, stride);
      stages.push({ cells: 1, nodes: first, channelsIn: width, channels: wide, side });
      stages.push({ cells: 1, channelsIn: wide, channels: wide, side: side / stride });
    }
    [width, side] = [wide, side / stride];
  }
  // The chain of blocks is the whole network: its nodes say their own width and resolution.
  if (cell === 'basic') stages.push({ cells: 1, channelsIn: channels, channels, side: IMAGE_SIDE / 4 });
  const stem: Layer[] = [
    { kind: 'convolution', in: 3, out: half, kernel: [3, 3], groups: 1, side: IMAGE_SIDE / 2 },
    { kind: 'normalization', channels: half, side: IMAGE_SIDE / 2 },
    { kind: 'activation', channels: half, side: IMAGE_SIDE / 2 },
    { kind: 'convolution', in: half, out: channels, kernel: [3, 3], groups: 1, side: IMAGE_SIDE / 4 },
    { kind: 'normalization', channels, side: IMAGE_SIDE / 4 },
  ];
  return {
    fixed: [
      ...stem,
      { kind: 'pooling', channels: width, kernel: [side, side], side: 1 },
      { kind: 'linear', in: width, out: CLASSES, bias: true },
    ],
    stages,
  };
}

export const transNasBench101: Format<TransNasNetwork> = {
  id: 'transnas-bench-101',
  title: 'TransNAS-Bench-101',
  example: '64-41414-1_02_333',
  parse,
  print,
  graph: ({ modules, cell }) =>
    cell === 'basic' ? macroGraph(modules) : fourStateGraph(cellNodes(cell, 1, 1)),
  skeleton,
};
