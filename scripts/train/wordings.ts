/**
 * @file Other ways to say what the benchmarks' operators are. A network that only ever read `convolution 3 by 3`
 * takes `conv2d, kernel size 3` for something else; one that was taught with both knows them for the same.
 */
import { createHash } from 'node:crypto';
import { CATALOGUE } from '../../src/operators/catalogue.ts';
import type { WordingManifest } from '../../src/operators/kin.ts';
import { VECTOR_SIZE } from '../../src/predictor/encode.ts';
import { wordingRows } from '../../src/predictor/operator-table.ts';
import type { Artefacts } from '../../src/predictor/scorer.ts';

/** What an operator is called, in prose, in snippets of code, and as a call whose arguments end in its kernel. */
interface Names {
  readonly prose: readonly string[];
  readonly code: readonly string[];
  readonly call?: (kernel: number) => string;
}

const channels = 128;

const NAMES: Readonly<Record<string, Names>> = {
  convolution: {
    prose: [
      'conv',
      'conv2d',
      'convolution layer',
      'two-dimensional convolution',
      'convolutional layer',
      'convolution with batch normalization and ReLU activation',
      'conv bn relu',
      'relu conv bn',
      'conv, BN, activation',
    ],
    code: ['conv', 'Conv', 'conv2d', 'conv_bn_relu', 'std_conv', 'convbn', 'ConvBnRelu'],
    call: (kernel) => `Conv2d(${channels}, ${channels}, kernel_size=${kernel}, padding=${(kernel - 1) / 2})`,
  },
  'separable convolution': {
    prose: [
      'separable conv',
      'depthwise and pointwise convolution',
      'sep conv, relu, bn',
      'separable conv2d',
    ],
    code: ['sep_conv', 'SepConv', 'sepconv', 'separable_conv'],
    call: (kernel) => `SeparableConv2D(${channels}, kernel_size=${kernel})`,
  },
  'dilated separable convolution': {
    prose: [
      'dilated conv, separable',
      'atrous separable convolution',
      'separable convolution with dilation 2',
    ],
    code: ['dil_conv', 'DilConv', 'dil_sep_conv', 'atrous_sep_conv'],
    call: (kernel) => `SeparableConv2D(${channels}, kernel_size=${kernel}, dilation_rate=2)`,
  },
  'max pooling': {
    prose: ['max pool', 'maximum pooling', 'max-pooling layer', 'pooling by maximum', 'maxpool'],
    code: ['max_pool', 'MaxPool', 'maxpool', 'pool_max'],
    call: (kernel) => `MaxPool2d(kernel_size=${kernel}, stride=1, padding=1)`,
  },
  'average pooling': {
    prose: [
      'average pool',
      'mean pooling',
      'average-pooling layer',
      'pooling by mean',
      'avgpool',
      'avg pool',
    ],
    code: ['avg_pool2d', 'AvgPool', 'avgpool', 'pool_avg', 'mean_pool'],
    call: (kernel) => `AvgPool2d(kernel_size=${kernel}, stride=1, padding=1)`,
  },
  'inverted bottleneck convolution': {
    prose: ['inverted residual block', 'MBConv', 'mobile inverted bottleneck', 'MobileNetV2 block'],
    code: ['mbconv', 'MBConv', 'inverted_residual', 'ir'],
  },
  'residual block convolution': {
    prose: ['residual block', 'basic block of ResNet', 'two convolutions with a shortcut'],
    code: ['basic_block', 'BasicBlock', 'resblock', 'residual_block'],
  },
};

const OTHERS: Readonly<Record<string, readonly string[]>> = {
  'factorized reduction': [
    'factorized reduce',
    'FactorizedReduce',
    'strided skip connection',
    'reduction by two',
  ],
  concatenation: ['concat', 'concatenate', 'torch.cat', 'channel concatenation', 'join along channels'],
};

/** `convolution 3 by 3`, and what follows. */
const SIZED = /^(?<head>[a-z ]+?) (?<height>\d+) by (?<width>\d+)(?<rest>,.*)?$/;
const ASYMMETRIC = /^asymmetric convolution 1 by (?<side>\d+) then \d+ by 1$/;

/** `, expansion 6, squeeze and excitation` as prose and as code. */
function extras(rest: string): { readonly prose: readonly string[]; readonly code: string } {
  const expansion = /expansion (\d+)/.exec(rest)?.[1];
  const excited = rest.includes('squeeze');
  if (expansion === undefined) return { prose: [rest], code: '' };
  return {
    prose: [
      `, expansion ratio ${expansion}${excited ? ' with SE' : ''}`,
      ` with ${expansion} times the channels inside${excited ? ' and squeeze-excitation' : ''}`,
    ],
    code: `_e${expansion}${excited ? '_se' : ''}`,
  };
}

/**
 * Wordings of an operator in canonical words, those words not among them; none for those that nobody rewords.
 * Deterministic.
 */
export function wordingsOf(op: string): readonly string[] {
  const listed = CATALOGUE.find(({ description }) => description === op);
  const described =
    listed === undefined ? [] : [listed.medium, listed.long, listed.medium.slice(op.length + ': '.length)];
  const side = ASYMMETRIC.exec(op)?.groups?.side;
  if (side !== undefined) {
    return [
      `conv_${side}x1_1x${side}`,
      `1x${side} convolution, then ${side}x1 convolution`,
      `factorized ${side}x${side} conv`,
      `conv 1x${side} ${side}x1`,
      ...described,
    ];
  }
  const { head = '', height = '', rest = '' } = SIZED.exec(op)?.groups ?? {};
  const names = NAMES[head];
  if (names === undefined) return OTHERS[op] === undefined ? [] : [...(OTHERS[op] ?? []), ...described];
  const k = height;
  const more = extras(rest);
  const prose = [head, ...names.prose].flatMap((name) =>
    more.prose.flatMap((tail) => [
      ...(name === head ? [] : [`${k}x${k} ${name}${tail}`]),
      `${name} ${k}x${k}${tail}`,
      `${name} with kernel size ${k}${tail}`,
      `${name}, ${k} by ${k} kernel${tail}`,
    ]),
  );
  const code = names.code.flatMap((name) => [
    `${name}_${k}x${k}${more.code}`,
    `${name}${k}x${k}${more.code}`,
    `${name}_k${k}${more.code}`,
  ]);
  return [...prose, ...code, ...(names.call === undefined ? [] : [names.call(Number(k))]), ...described];
}

const sides = (head: string, kernels: readonly number[], tails: readonly string[] = ['']): string[] =>
  kernels.flatMap((k) => tails.map((tail) => `${head} ${k} by ${k}${tail}`));

/** The operators of the benchmarks that can be said otherwise. */
export const REWORDED: readonly string[] = [
  ...sides('convolution', [1, 3]),
  ...sides('separable convolution', [3, 5, 7]),
  ...sides('dilated separable convolution', [3, 5]),
  ...sides('max pooling', [3, 5, 7]),
  ...sides('average pooling', [3]),
  ...sides(
    'inverted bottleneck convolution',
    [3, 5],
    [
      ', expansion 1',
      ', expansion 3',
      ', expansion 4',
      ', expansion 6',
      ', expansion 1, squeeze and excitation',
      ', expansion 4, squeeze and excitation',
      ', expansion 6, squeeze and excitation',
    ],
  ),
  ...sides('residual block convolution', [3]),
  'asymmetric convolution 1 by 3 then 3 by 1',
  'asymmetric convolution 1 by 7 then 7 by 1',
  'factorized reduction',
  'concatenation',
];

/** Every wording of {@link REWORDED}, one operator after another: the rows of `wordings-64.bin`. */
export const allWordings = (): string[] => REWORDED.flatMap(wordingsOf);

/** `models/wordings.json` as `npm run embed` writes it. */
export const wordingManifest = (): WordingManifest => ({
  sha256: createHash('sha256').update(JSON.stringify(allWordings())).digest('hex'),
  operators: Object.fromEntries(REWORDED.map((op) => [op, wordingsOf(op).length])),
});

/**
 * int8 vectors of the wordings of an operator, in steps of `VECTOR_STEP`; none where it has none.
 *
 * @throws Error when `models/` holds those of other wordings
 */
export function wordingVectors(artefacts: Artefacts): (op: string) => readonly Int8Array[] {
  if (JSON.stringify(artefacts.documents['wordings.json']) !== JSON.stringify(wordingManifest())) {
    throw new Error('models/wordings.json is not of the wordings of scripts/train: run npm run embed');
  }
  const known = new Map(
    [...wordingRows(artefacts)].map(([op, rows]) => [
      op,
      Array.from({ length: rows.length / VECTOR_SIZE }, (_, i) =>
        rows.slice(i * VECTOR_SIZE, (i + 1) * VECTOR_SIZE),
      ),
    ]),
  );
  return (op) => known.get(op) ?? [];
}
