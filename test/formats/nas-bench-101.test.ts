import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nasBench101 } from '../../src/formats/nas-bench-101.ts';
import { canonicalize, canonicalKey } from '../../src/graph/canonicalize.ts';
import { costOf } from '../../src/graph/cost.ts';
import { errorOf } from '../graph/error-of.ts';
import { nasBench101Cells } from './random-architectures.ts';

const costOfText = (text: unknown) => {
  const cell = nasBench101.parse(text);
  return costOf(nasBench101.graph(cell), nasBench101.skeleton(cell));
};

/** The Inception-like cell of the benchmark's README. */
const README_CELL = {
  matrix: [
    [0, 1, 1, 1, 0, 1, 0],
    [0, 0, 0, 0, 0, 0, 1],
    [0, 0, 0, 0, 0, 0, 1],
    [0, 0, 0, 0, 1, 0, 0],
    [0, 0, 0, 0, 0, 0, 1],
    [0, 0, 0, 0, 0, 0, 1],
    [0, 0, 0, 0, 0, 0, 0],
  ],
  ops: [
    'input',
    'conv1x1-bn-relu',
    'conv3x3-bn-relu',
    'conv3x3-bn-relu',
    'conv3x3-bn-relu',
    'maxpool3x3',
    'output',
  ],
};

test("the README's cell has the 2,694,282 params that it is published with", () => {
  expect(costOfText(README_CELL).params).toBe(2_694_282);
});

test.each([
  [
    '010100001001000011000010000001000000 input|conv1x1-bn-relu|conv1x1-bn-relu|maxpool3x3|maxpool3x3|output',
    824_981,
    134_168_640,
  ],
  ['0100001000010000 input|conv1x1-bn-relu|conv1x1-bn-relu|output', 2_957_706, 446_534_656],
  // The input is added to the concatenation; channels do not divide evenly.
  ['0111001000010000 input|conv1x1-bn-relu|maxpool3x3|output', 3_667_594, 572_232_704],
  [
    '010010001010000100000001000001000000 input|conv1x1-bn-relu|conv1x1-bn-relu|conv3x3-bn-relu|conv3x3-bn-relu|output',
    6_054_282,
    899_519_488,
  ],
  [
    '011000001010000110000010000001000000 input|conv1x1-bn-relu|conv3x3-bn-relu|conv3x3-bn-relu|conv3x3-bn-relu|output',
    30_679_178,
    4_512_814_080,
  ],
])('%s costs what was published', (text, params, flops) => {
  expect(costOfText(text)).toMatchObject({ params, flops });
});

describe('the graph of a cell', () => {
  test('gives vertices that are concatenated equal shares of the width, others that of the widest they feed', () => {
    // 1 feeds 2 and 3, which are joined at the output.
    const cell = nasBench101.parse(
      '0100000110000010000100000 input|conv1x1-bn-relu|conv3x3-bn-relu|maxpool3x3|output',
    );
    const { nodes } = nasBench101.graph(cell);
    expect(nodes.map(({ channelsOut }) => channelsOut)).toEqual([undefined, 0.5, 0.5, 0.5, undefined]);
  });

  test('is canonically the same with the inner vertices in another order', () => {
    const one = '0111000001000010000100000 input|conv3x3-bn-relu|maxpool3x3|maxpool3x3|output';
    const other = '0111000001000010000100000 input|maxpool3x3|maxpool3x3|conv3x3-bn-relu|output';
    const key = (text: string) => canonicalKey(canonicalize(nasBench101.graph(nasBench101.parse(text))));
    expect(key(one)).toBe(key(other));
  });

  test('pays for no vertex that is dead, as the benchmark prunes them', () => {
    fc.assert(
      fc.property(nasBench101Cells, (cell) => {
        fc.pre(cell.matrix.length < 7);
        const dead = {
          matrix: [
            ...cell.matrix.slice(0, -1).map((row) => [...row.slice(0, -1), 0, ...row.slice(-1)]),
            new Array<number>(cell.matrix.length + 1).fill(0),
            new Array<number>(cell.matrix.length + 1).fill(0),
          ],
          operators: [...cell.operators, 'conv3x3-bn-relu' as const],
        };
        expect(costOfText(nasBench101.print(dead)).params).toBe(costOfText(nasBench101.print(cell)).params);
      }),
    );
  });
});

const CELL = '0110000100010000 input|conv3x3-bn-relu|maxpool3x3|output';

test.each([
  ['a matrix that is no square', CELL.slice(1), 'nas-bench-101-syntax', 15],
  ['a matrix of eight vertices', `${'0'.repeat(64)} input|output`, 'nas-bench-101-syntax', 64],
  ['an edge back', CELL.replace('0110000', '0110100'), 'nas-bench-101-not-upper-triangular', 4],
  [
    'ten edges',
    `011111001111000111${'0'.repeat(18)} input|maxpool3x3|maxpool3x3|maxpool3x3|maxpool3x3|output`,
    'nas-bench-101-too-many-edges',
    15,
  ],
  ['an unknown operator', CELL.replace('maxpool3x3', 'avgpool3x3'), 'nas-bench-101-operator', 39],
  ['no input', CELL.replace('input', 'maxpool3x3'), 'nas-bench-101-operator', 17],
  ['too few operators', CELL.replace('|output', ''), 'nas-bench-101-syntax', 49],
  ['too many operators', `${CELL}|output`, 'nas-bench-101-syntax', 56],
])('text with %s is refused at its place', (_, text, code, offset) => {
  expect(errorOf(() => nasBench101.parse(text))).toMatchObject({ code, position: { pointer: '', offset } });
});

const replaced = (row: number, entries: readonly unknown[]) => ({
  ...README_CELL,
  matrix: README_CELL.matrix.map((old, i) => (i === row ? entries : old)),
});

test.each([
  ['an edge back', replaced(3, [0, 1, 0, 0, 1, 0, 0]), 'nas-bench-101-not-upper-triangular', '/matrix/3/1'],
  ['a count for a bit', replaced(3, [0, 0, 0, 0, 2, 0, 0]), 'json-shape', '/matrix/3/4'],
  ['a short row', replaced(3, [0, 0]), 'nas-bench-101-not-square', '/matrix/3'],
  ['too few operators', { ...README_CELL, ops: ['input', 'output'] }, 'nas-bench-101-operator-count', '/ops'],
  [
    'an unknown operator',
    { ...README_CELL, ops: README_CELL.ops.with(5, 'toString') },
    'nas-bench-101-operator',
    '/ops/5',
  ],
  ['a field nobody knows', { ...README_CELL, accuracy: 1 }, 'json-shape', ''],
])('JSON with %s is refused at its place', (_, value, code, pointer) => {
  expect(errorOf(() => nasBench101.parse(value))).toMatchObject({ code, position: { pointer } });
});
