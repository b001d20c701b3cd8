import { describe, expect, test } from 'vitest';
import { nasBench201 } from '../../src/formats/nas-bench-201.ts';
import { canonicalize } from '../../src/graph/canonicalize.ts';
import { costOf } from '../../src/graph/cost.ts';
import { errorOf } from '../graph/error-of.ts';

/** The cell of the best CIFAR-10 test accuracy in the benchmark, 94.37%. */
const BEST =
  '|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_1x1~2|';

const wordsOf = (text: string): string[] =>
  canonicalize(nasBench201.graph(nasBench201.parse(text))).nodes.map(({ op }) => op);

test.each([
  [BEST, 1_073_466, 155_584_192],
  [
    '|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|',
    129_306,
    17_958_592,
  ],
  [
    '|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|',
    802_426,
    116_692_672,
  ],
  ['|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|nor_conv_1x1~1|avg_pool_3x3~2|', 344_346, 49_415_872],
  // The operator is on a dead path; the benchmark counts it all the same.
  ['|none~0|+|none~0|none~1|+|none~0|none~1|avg_pool_3x3~2|', 73_306, 9_234_112],
])('%s costs what the benchmark says', (text, params, flops) => {
  const cell = nasBench201.parse(text);
  expect(costOf(nasBench201.graph(cell), nasBench201.skeleton(cell))).toMatchObject({ params, flops });
});

describe('the graph of a cell', () => {
  test('has an operator for every edge, feeding the operators on the edges that follow', () => {
    const { nodes, edges } = nasBench201.graph(nasBench201.parse(BEST));
    expect(nodes.map(({ id }) => id)).toEqual(['input', '0-1', '0-2', '1-2', '0-3', '1-3', '2-3', 'output']);
    const pairs = edges.map(({ from, to }) => `${nodes[from]?.id} > ${nodes[to]?.id}`).sort();
    expect(pairs).toEqual(
      [
        'input > 0-1',
        'input > 0-2',
        'input > 0-3',
        '0-1 > 1-2',
        '0-1 > 1-3',
        '0-2 > 2-3',
        '1-2 > 2-3',
        '0-3 > output',
        '1-3 > output',
        '2-3 > output',
      ].sort(),
    );
  });

  test('is canonical without its skip', () => {
    expect(wordsOf(BEST)).not.toContain('identity');
    expect(canonicalize(nasBench201.graph(nasBench201.parse(BEST))).edges).toContainEqual({
      from: 0,
      to: 6,
      count: 1,
    });
  });

  test('is empty when the only operator left is on a dead path', () => {
    expect(wordsOf('|none~0|+|none~0|none~1|+|none~0|none~1|avg_pool_3x3~2|')).toEqual(['input', 'output']);
  });
});

test.each([
  [
    'an operator of another space',
    BEST.replace('nor_conv_1x1', 'sep_conv_3x3'),
    'nas-bench-201-operator',
    BEST.indexOf('nor_conv_1x1'),
  ],
  ['an operator nobody has', BEST.replace('nor_conv_3x3', 'constructor'), 'nas-bench-201-operator', 1],
  [
    'an edge from the wrong state',
    BEST.replace('~1|+', '~2|+'),
    'nas-bench-201-syntax',
    BEST.indexOf('~1|+'),
  ],
  ['a missing state', BEST.slice(0, 17), 'nas-bench-201-syntax', 17],
  ['something after its end', `${BEST}+`, 'nas-bench-201-syntax', BEST.length],
  ['no text', '', 'nas-bench-201-syntax', 0],
  ['more text than any cell', BEST.padEnd(300), 'architecture-too-long', 256],
])('a cell with %s is refused at its place', (_, text, code, offset) => {
  expect(errorOf(() => nasBench201.parse(text))).toMatchObject({ code, position: { pointer: '', offset } });
});

test('a cell is a text', () => {
  expect(errorOf(() => nasBench201.parse([BEST])).code).toBe('architecture-type');
});
