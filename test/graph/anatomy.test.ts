import { expect, test } from 'vitest';
import { layersOf } from '../../src/graph/anatomy.ts';
import { layerCost } from '../../src/graph/cost.ts';

/** Trainable weights of one operator, at channels in and out and a side. */
function paramsOf(op: string, channelsIn: number, channelsOut: number, side = 14): number | undefined {
  return layersOf(op, { channelsIn, channelsOut, side, stride: 1 })?.reduce(
    (sum, l) => sum + layerCost(l).params,
    0,
  );
}

// Counted by hand from the papers' definitions; biases beside a normalization are left out as everywhere here.
test.each([
  ['fused inverted bottleneck convolution 3 by 3, expansion 1', 24, 24, 9 * 24 * 24 + 48],
  ['fused inverted bottleneck convolution 3 by 3, expansion 4', 24, 48, 9 * 24 * 96 + 192 + 96 * 48 + 96],
  ['depthwise separable convolution 3 by 3', 32, 64, 9 * 32 + 64 + 32 * 64 + 128],
  ['ConvNeXt block 7 by 7', 96, 96, 49 * 96 + 192 + 2 * 4 * 96 * 96],
  ['shuffle block 3 by 3', 116, 116, 2 * (58 * 58 + 116) + 9 * 58 + 116],
  ['fire module 3 by 3', 96, 128, 96 * 16 + 16 * 64 + 9 * 16 * 64],
  ['ghost module 3 by 3', 16, 32, 16 * 16 + 32 + 9 * 16 + 32],
  ['partial convolution 3 by 3', 40, 40, 9 * 10 * 10],
  ['transformer encoder block', 192, 192, 12 * 192 * 192 + 4 * 192],
  ['window self-attention 7 by 7', 96, 96, 4 * 96 * 96],
  ['long short-term memory layer', 128, 256, 4 * 256 * (128 + 256)],
  ['gated recurrent unit layer', 128, 256, 3 * 256 * (128 + 256)],
  ['convolutional long short-term memory layer 3 by 3', 16, 32, 9 * 4 * 32 * (16 + 32)],
  ['SiLU gated linear unit', 64, 128, 2 * 64 * 128],
  ['patch embedding 16 by 16', 3, 192, 3 * 256 * 192],
  ['patch merging 2 by 2', 96, 192, 4 * 96 * 192 + 2 * 4 * 96],
  ['large kernel attention', 64, 64, (25 + 49) * 64 + 64 * 64],
  ['pixel shuffle', 64, 16, 0],
])('%s from %i to %i channels has %i weights', (op, channelsIn, channelsOut, params) => {
  expect(paramsOf(op, channelsIn, channelsOut)).toBe(params);
});

test('words of which no cost follows have none, rather than a guess', () => {
  expect(paramsOf('selective state space layer', 64, 64)).toBeUndefined();
  expect(paramsOf('convolutional something 3 by 3', 64, 64)).toBeUndefined();
});
