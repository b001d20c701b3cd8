import { describe, expect, test } from 'vitest';
import { nasBench201 } from '../../src/formats/nas-bench-201.ts';
import { transNasBench101 } from '../../src/formats/transnas-bench-101.ts';
import { canonicalize, canonicalKey } from '../../src/graph/canonicalize.ts';
import { costOf } from '../../src/graph/cost.ts';
import { errorOf } from '../graph/error-of.ts';

const graphOfText = (text: string) => transNasBench101.graph(transNasBench101.parse(text));
const costOfText = (text: string) => {
  const network = transNasBench101.parse(text);
  return costOf(transNasBench101.graph(network), transNasBench101.skeleton(network));
};

describe('a micro cell', () => {
  test('is the NAS-Bench-201 cell of the same operators', () => {
    const same = nasBench201.graph(
      nasBench201.parse(
        '|skip_connect~0|+|none~0|nor_conv_1x1~1|+|nor_conv_3x3~0|nor_conv_3x3~1|nor_conv_3x3~2|',
      ),
    );
    expect(canonicalKey(canonicalize(graphOfText('64-41414-1_02_333')))).toBe(
      canonicalKey(canonicalize(same)),
    );
  });

  test('of `none` alone is a stem and a classifier', () => {
    const stem = 27 * 32 + 2 * 32 + 9 * 32 * 64 + 2 * 64;
    const classifier = 512 * 75 + 75;
    expect(costOfText('64-41414-0_00_000').params).toBe(stem + classifier);
  });

  test('that skips pays where a module reshapes', () => {
    const skip = costOfText('64-41414-0_00_100').params - costOfText('64-41414-0_00_000').params;
    // Factorized reductions of the three modules that double the channels.
    expect(skip).toBe(64 * 128 + 256 + 128 * 256 + 512 + 256 * 512 + 1_024);
  });
});

describe('a macro network', () => {
  test('is a chain of residual blocks, two a module, with width and resolution', () => {
    const { nodes, edges } = graphOfText('64-1432-basic');
    expect(nodes).toHaveLength(2 + 8);
    expect(edges.every(({ from, to }) => to === from + 1)).toBe(true);
    const op = 'residual block convolution 3 by 3';
    expect(nodes[3]).toEqual({ id: '2a', op, channelsIn: 1, channelsOut: 2, resolution: 1, stride: 2 });
    expect(nodes[5]).toEqual({ id: '3a', op, channelsIn: 2, channelsOut: 2, resolution: 0.5, stride: 2 });
    expect(nodes[8]).toEqual({ id: '4b', op, channelsIn: 4, channelsOut: 4, resolution: 0.25 });
  });

  test('costs its blocks: two 3 by 3 convolutions each, a 1 by 1 where it reshapes', () => {
    const block = (from: number, to: number) => 9 * from * to + 9 * to * to + 4 * to;
    const stem = 27 * 32 + 2 * 32 + 9 * 32 * 64 + 2 * 64;
    expect(costOfText('64-1112-basic').params).toBe(
      stem +
        7 * block(64, 64) -
        block(64, 64) +
        block(64, 128) +
        64 * 128 +
        256 +
        block(128, 128) +
        128 * 75 +
        75,
    );
  });
});

test.each([
  ['an odd width', '63-41414-1_02_333', 'transnas-bench-101-channels', 0],
  ['no width', '-41414-1_02_333', 'transnas-bench-101-channels', 0],
  ['too few modules', '64-414-1_02_333', 'transnas-bench-101-syntax', 3],
  ['a module nobody knows', '64-41514-1_02_333', 'transnas-bench-101-syntax', 3],
  ['an operator nobody knows', '64-41414-1_02_343', 'transnas-bench-101-syntax', 15],
  ['a short cell', '64-41414-1_02_33', 'transnas-bench-101-syntax', 16],
  ['something after its end', '64-41414-basic ', 'transnas-bench-101-syntax', 14],
])('a network with %s is refused at its place', (_, text, code, offset) => {
  expect(errorOf(() => transNasBench101.parse(text))).toMatchObject({
    code,
    position: { pointer: '', offset },
  });
});
