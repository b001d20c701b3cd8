import { describe, expect, test } from 'vitest';
import { type AccelNasBenchStage, accelNasBench } from '../../src/formats/accel-nasbench.ts';
import { CHAIN_DEFAULTS, type Chain, chain } from '../../src/formats/chain.ts';
import { nasBenchMacro } from '../../src/formats/nas-bench-macro.ts';
import { canonicalize } from '../../src/graph/canonicalize.ts';
import { costOf } from '../../src/graph/cost.ts';
import { errorOf } from '../graph/error-of.ts';

const costOfChain = (architecture: Chain) => costOf(chain.graph(architecture), chain.skeleton(architecture));

/** MobileNetV2 (Sandler et al., CVPR 2018), table 2. */
const MOBILENET_V2 =
  'mbconv_e1_c16,mbconv_c24_s2_n2,mbconv_c32_s2_n3,mbconv_c64_s2_n4,mbconv_c96_n3,mbconv_c160_s2_n3,mbconv_c320';

test('MobileNetV2 has the 3,504,872 params of its reference implementation', () => {
  expect(costOfChain(chain.parse(MOBILENET_V2)).params).toBe(3_504_872);
});

test.each([
  ['00000000', 387_882],
  ['01210011', 1_402_730],
  ['10120022', 2_309_578],
  ['22220202', 1_881_962],
])('NAS-Bench-Macro %s has the params of the benchmark', (digits, params) => {
  expect(costOfChain(nasBenchMacro(digits)).params).toBe(params);
});

const stagesOf = (rows: readonly [number, number, number, boolean][]): AccelNasBenchStage[] =>
  rows.map(([expansion, kernel, layers, squeeze]) => ({ expansion, kernel, layers, squeeze }));

test.each([
  [
    'plain',
    2_501_160,
    stagesOf([
      [6, 3, 1, false],
      [4, 5, 2, false],
      [6, 3, 3, false],
      [6, 5, 3, false],
      [6, 5, 2, false],
      [1, 3, 2, false],
      [1, 3, 2, false],
    ]),
  ],
  [
    'with squeeze and excitation',
    3_297_522,
    stagesOf([
      [1, 5, 2, false],
      [6, 3, 1, true],
      [4, 3, 3, false],
      [6, 3, 1, true],
      [4, 3, 1, false],
      [1, 5, 4, true],
      [4, 3, 2, false],
    ]),
  ],
])('an Accel-NASBench network %s has the params of the benchmark', (_, params, stages) => {
  expect(costOfChain(accelNasBench(stages)).params).toBe(params);
});

test('a NAS-Bench-Macro network is eight digits', () => {
  expect(errorOf(() => nasBenchMacro('0123'))).toMatchObject({
    code: 'nas-bench-macro-syntax',
    position: { offset: 3 },
  });
  expect(errorOf(() => nasBenchMacro('012')).position.offset).toBe(3);
  expect(errorOf(() => nasBenchMacro('012012012')).code).toBe('architecture-too-long');
});

test('an Accel-NASBench network is seven stages', () => {
  expect(errorOf(() => accelNasBench([])).code).toBe('accel-nasbench-stages');
});

describe('notation', () => {
  test('says operator, kernel, expansion, width, stride, repeats and squeeze in any order', () => {
    expect(chain.parse('mbconv_n2_se_c32_s2_k5_e4').stages).toEqual([
      {
        op: 'inverted bottleneck convolution 5 by 5, expansion 4, squeeze and excitation',
        channels: 32,
        stride: 2,
        repeat: 2,
      },
    ]);
  });

  test('keeps the width that is not said', () => {
    expect(chain.parse('conv,conv_c48,id').stages.map(({ channels }) => channels)).toEqual([
      CHAIN_DEFAULTS.input.channels,
      48,
      48,
    ]);
  });

  test('is JSON where the text cannot say it', () => {
    const wordy = { stages: [{ op: 'gated linear unit', channels: 8 }] };
    expect(JSON.parse(chain.print(chain.parse(wordy)))).toMatchObject(wordy);
    const small = { stages: [{ op: 'identity', channels: 8 }], input: { channels: 8, resolution: 32 } };
    expect(JSON.parse(chain.print(chain.parse(small)))).toMatchObject(small);
  });
});

describe('the graph of a chain', () => {
  test('carries width, resolution, stride and repeats beside the words', () => {
    const { nodes } = chain.graph(chain.parse(MOBILENET_V2));
    expect(nodes[3]).toEqual({
      id: '3',
      op: 'inverted bottleneck convolution 3 by 3, expansion 6',
      channelsIn: 0.75,
      channelsOut: 1,
      resolution: 0.5,
      stride: 2,
      repeat: 3,
    });
  });

  test('is canonical without its identities', () => {
    const operators = canonicalize(chain.graph(nasBenchMacro('00000000'))).nodes.map(({ op }) => op);
    expect(operators).toEqual(['input', ...new Array<string>(3).fill('convolution 1 by 1'), 'output']);
  });
});

test.each([
  ['an operator nobody knows', 'conv_k3,warp_c8', 'chain-operator', 8],
  ['nothing between commas', 'conv_k3,,conv', 'chain-operator', 8],
  ['a letter that its operator has not', 'conv_e6', 'chain-syntax', 5],
  ['a letter twice', 'conv_k3_k5', 'chain-syntax', 8],
  ['a letter without a number', 'conv_k', 'chain-syntax', 5],
  ['no channels', 'conv_c0', 'chain-syntax', 5],
  ['more channels than the limit', 'conv_c99999', 'chain-syntax', 5],
  ['a squeeze that its operator has not', 'conv_se', 'chain-syntax', 5],
  ['more stages than the limit', new Array(61).fill('conv').join(','), 'chain-too-long', 300],
])('text with %s is refused at its place', (_, text, code, offset) => {
  expect(errorOf(() => chain.parse(text))).toMatchObject({ code, position: { pointer: '', offset } });
});

test.each([
  ['no stages', { stages: [] }, 'json-shape', '/stages'],
  ['a stage without channels', { stages: [{ op: 'identity' }] }, 'json-shape', '/stages/0/channels'],
  ['half a channel', { stages: [{ op: 'identity', channels: 0.5 }] }, 'json-shape', '/stages/0/channels'],
  ['an input among its stages', { stages: [{ op: 'input', channels: 1 }] }, 'chain-operator', '/stages/0/op'],
])('JSON with %s is refused at its place', (_, value, code, pointer) => {
  expect(errorOf(() => chain.parse(value))).toMatchObject({ code, position: { pointer } });
});
