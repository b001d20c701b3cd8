import fc from 'fast-check';
import { expect, describe as group, test } from 'vitest';
import { layersOf } from '../../src/graph/anatomy.ts';
import { ArchitectureError } from '../../src/graph/architecture-error.ts';
import { CATALOGUE } from '../../src/operators/catalogue.ts';
import { describe, MAX_OPERATOR_LENGTH } from '../../src/operators/describe.ts';

const spellings: readonly (readonly [given: string, canonical: string])[] = [
  // NAS-Bench-101, NAS-Bench-201, DARTS, NASNet
  ['conv3x3-bn-relu', 'convolution 3 by 3'],
  ['maxpool3x3', 'max pooling 3 by 3'],
  ['nor_conv_3x3', 'convolution 3 by 3'],
  ['avg_pool_3x3', 'average pooling 3 by 3'],
  ['skip_connect', 'identity'],
  ['sep_conv_5x5', 'separable convolution 5 by 5'],
  ['dil_conv_3x3', 'dilated separable convolution 3 by 3'],
  ['dil_sep_conv_3x3', 'dilated separable convolution 3 by 3'],
  ['conv_7x1_1x7', 'asymmetric convolution 1 by 7 then 7 by 1'],
  ['conv_3x1_1x3', 'asymmetric convolution 1 by 3 then 3 by 1'],
  ['max_pool_7x7', 'max pooling 7 by 7'],
  // mobile spaces
  ['MBConv6_k5_se', 'inverted bottleneck convolution 5 by 5, expansion 6, squeeze and excitation'],
  ['MB6_3x3_se0.25', 'inverted bottleneck convolution 3 by 3, expansion 6, squeeze and excitation'],
  ['k3_e6', 'inverted bottleneck convolution 3 by 3, expansion 6'],
  [
    'inverted residual, kernel size 5, expansion ratio 3',
    'inverted bottleneck convolution 5 by 5, expansion 3',
  ],
  ['Fused-MBConv4 3x3', 'fused inverted bottleneck convolution 3 by 3, expansion 4'],
  // PyTorch
  ['Conv2d(64, 64, kernel_size=3)', 'convolution 3 by 3'],
  ['nn.Conv2d(64, 128, (1, 7), stride=(2, 2))', 'convolution 1 by 7, stride 2'],
  [
    'nn.Conv2d(in_channels=64, out_channels=64, kernel_size=3, groups=32)',
    'grouped convolution 3 by 3, 32 groups',
  ],
  ['Conv2d(64, 64, 3, groups=64)', 'depthwise convolution 3 by 3'],
  ['Conv2d(64, 64, 3, padding=2, dilation=2)', 'dilated convolution 3 by 3'],
  ['nn.ConvTranspose2d(64, 64, 2)', 'transposed convolution 2 by 2'],
  ['nn.MaxPool2d(3)', 'max pooling 3 by 3'],
  ['nn.AdaptiveAvgPool2d((1, 1))', 'global average pooling'],
  ['nn.AdaptiveAvgPool2d(7)', 'adaptive average pooling'],
  ['torch.nn.BatchNorm2d', 'batch normalization'],
  ['nn.ReLU(inplace=True)', 'ReLU activation'],
  ['nn.Upsample(scale_factor=2, mode="bilinear")', 'bilinear upsampling'],
  ['nn.MultiheadAttention(384, 6)', 'multi-head self-attention'],
  // words
  ['3x3 convolution, batch norm, ReLU', 'convolution 3 by 3'],
  ['ReLU-Conv-BN 3×3', 'convolution 3 by 3'],
  ['Conv kernel 3 by 3, stride 2, group 32', 'grouped convolution 3 by 3, 32 groups, stride 2'],
  ['pointwise convolution', 'convolution 1 by 1'],
  ['Squeeze-and-Excitation', 'squeeze and excitation'],
  ['resnext block, 32 groups', 'residual bottleneck block convolution 3 by 3, 32 groups'],
  ['convolution 8 by 8', 'convolution 8 by 8'],
];

test.each(spellings)('%s is understood as %s', (given, canonical) => {
  expect(describe(given)).toBe(canonical);
});

test('canonical words map to themselves', () => {
  for (const { description } of CATALOGUE) expect(describe(description)).toBe(description);
});

group('a name that says more than canonical words do is kept', () => {
  test.each([
    'coordinate attention 7x7',
    'retention, 8 heads',
    'convolution 3 by 3 with rotating filters',
    '3x3x3 conv',
    'conv1d(64, 64, 3)',
    'conv_3x3_bn_silu',
    'convolution 99999999999999999999999 by 3',
    'mbconv_k3_e0',
  ])('%s', (given) => {
    expect(describe(`  ${given.toUpperCase().replaceAll(' ', ' \t')} `)).toBe(given);
  });
});

/** Names made of the vocabulary of the field, most of them half sense. */
const names = fc
  .array(
    fc.constantFrom(
      ...[
        'conv',
        'Conv2d(',
        '3',
        '3x3',
        '1 by 7',
        '7x1',
        'k5',
        'e6',
        '_',
        '-',
        ',',
        ')',
        ' ',
        'sep',
        'dil',
        'MBConv',
      ],
      ...[
        'se',
        'stride 2',
        's1',
        'groups=4',
        'g',
        'dilation',
        '2',
        'max',
        'pool',
        'attention',
        'relu',
        'BN',
        'then',
      ],
      ...[
        'depthwise',
        'inverted bottleneck',
        'expansion',
        '0',
        'kernel_size=',
        '(',
        'block',
        'residual',
        'nn.',
        'É',
      ],
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((parts) => parts.join(''))
  .filter((name) => name.trim() !== '');

test('what is returned maps to itself', () => {
  fc.assert(
    fc.property(fc.oneof(names, fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 })), (name) => {
      fc.pre(name.replace(/[\s\p{Cc}]/gu, '') !== '');
      const once = describe(name);
      expect(describe(once)).toBe(once);
    }),
    { numRuns: 2_000 },
  );
});

test('case and outer or repeated spaces never matter', () => {
  fc.assert(
    fc.property(fc.constantFrom(...CATALOGUE), fc.nat({ max: 3 }), ({ description }, extra) => {
      const spaces = ' '.repeat(extra + 1);
      expect(describe(`${spaces}${description.toUpperCase().replaceAll(' ', spaces)}\n`)).toBe(description);
    }),
  );
});

test('sizes reach the words whichever way they are written', () => {
  const sizes = fc.record({
    k: fc.integer({ min: 1, max: 31 }),
    e: fc.integer({ min: 1, max: 12 }),
    se: fc.boolean(),
  });
  fc.assert(
    fc.property(sizes, ({ k, e, se }) => {
      const words = `inverted bottleneck convolution ${k} by ${k}, expansion ${e}${se ? ', squeeze and excitation' : ''}`;
      expect(describe(`MBConv${e}_k${k}${se ? '_se' : ''}`)).toBe(words);
      expect(describe(`mb_e${e}_k${k}${se ? '_se' : ''}`)).toBe(words);
      expect(describe(`MBConv ${k}x${k}, expand_ratio=${e}${se ? ' with squeeze-and-excitation' : ''}`)).toBe(
        words,
      );
    }),
  );
});

test('what is understood has a cost, wherever its words name a size', () => {
  for (const [, words] of spellings.filter(([, canonical]) => / by /.test(canonical))) {
    const layers = layersOf(words, { channelsIn: 64, channelsOut: 64, side: 8, stride: 1 });
    expect(layers?.length, words).toBeGreaterThan(0);
  }
});

test('empty and overlong names are refused with a code', () => {
  const codeOf = (name: string): string => {
    try {
      return describe(name);
    } catch (error) {
      return error instanceof ArchitectureError ? error.code : String(error);
    }
  };
  expect(codeOf(' \n\0 ')).toBe('operator-empty');
  expect(codeOf('x'.repeat(MAX_OPERATOR_LENGTH + 1))).toBe('operator-too-long');
  expect(codeOf(`  ${'x'.repeat(MAX_OPERATOR_LENGTH)}  `)).toBe('x'.repeat(MAX_OPERATOR_LENGTH));
});
