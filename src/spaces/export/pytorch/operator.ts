import { ArchitectureError } from '../../../graph/architecture-error.ts';

/** Where an operator stands. Channels are Python expressions. */
export interface Place {
  readonly channelsIn: string;
  readonly channelsOut: string;
  readonly stride: number | string;
  /** The activation comes before the convolution, as in NAS-Bench-201, and not after it. */
  readonly activatesFirst?: boolean;
}

interface Words {
  readonly op: string;
  readonly kernel: readonly [number, number];
  readonly groups: number;
  readonly dilation: number;
  readonly expansion: number | undefined;
}

type Construct = (words: Words, place: Place) => string;

const ACTIVATIONS: Readonly<Record<string, string>> = {
  ReLU: 'nn.ReLU()',
  ReLU6: 'nn.ReLU6()',
  GELU: 'nn.GELU()',
  SiLU: 'nn.SiLU()',
  'leaky ReLU': 'nn.LeakyReLU()',
  sigmoid: 'nn.Sigmoid()',
  tanh: 'nn.Tanh()',
  'hard swish': 'nn.Hardswish()',
  mish: 'nn.Mish()',
};

const sides = ({ kernel: [height, width] }: Words): string =>
  height === width ? `${height}` : `(${height}, ${width})`;

/** Arguments after the channels; those at their default are left out. */
const options = (given: Readonly<Record<string, number | string>>): string =>
  Object.entries(given)
    .filter(([, value]) => value !== 1)
    .map(([name, value]) => `, ${name}=${value}`)
    .join('');

const convolution =
  (groupsOf: (words: Words, place: Place) => number | string, dilation = 1): Construct =>
  (words, place) => {
    const { channelsIn, channelsOut, stride } = place;
    const block = place.activatesFirst ? 'ReLUConvBN' : 'ConvBNReLU';
    const rest = options({
      stride,
      groups: groupsOf(words, place),
      dilation: words.dilation === 1 ? dilation : words.dilation,
    });
    return `${block}(${channelsIn}, ${channelsOut}, ${sides(words)}${rest})`;
  };

const block =
  (name: string, more: (words: Words) => Readonly<Record<string, number | string>> = () => ({})): Construct =>
  (words, { channelsIn, channelsOut, stride }) =>
    `${name}(${channelsIn}, ${channelsOut}, ${words.kernel[0]}${options({ stride, ...more(words) })})`;

const pooling =
  (layer: string, more: string): Construct =>
  ({ kernel: [side] }, { stride }) =>
    `nn.${layer}(${side}, ${stride}, ${Math.floor(side / 2)}${more})`;

const groups = ({ groups }: Words): number => groups;

/** Operators in canonical words to what constructs them; the first that fits. */
const CONSTRUCTS: readonly (readonly [words: RegExp, construct: Construct])[] = [
  [/^none$/, (_, { channelsOut, stride }) => `Zero(${channelsOut}${options({ stride })})`],
  [/^(identity|addition)$/, () => 'nn.Identity()'],
  [
    /^(dilated )?convolution \d+ by \d+(, dilation \d+)?$/,
    (words, place) => convolution(groups, words.op.startsWith('dilated') ? 2 : 1)(words, place),
  ],
  [/^grouped convolution \d+ by \d+, \d+ groups/, convolution(groups)],
  [/^depthwise convolution \d+ by \d+/, convolution((_, { channelsIn }) => channelsIn)],
  [
    /^asymmetric convolution \d+ by \d+ then/,
    ({ kernel: [a, b] }, { channelsIn, channelsOut, stride }) =>
      `AsymmetricConv(${channelsIn}, ${channelsOut}, ${a}, ${b}${options({ stride })})`,
  ],
  [/^separable convolution \d+ by \d+$/, block('SeparableConv')],
  [/^dilated separable convolution \d+ by \d+$/, block('DepthwisePointwise', () => ({ dilation: 2 }))],
  [/^max pooling \d+ by \d+$/, pooling('MaxPool2d', '')],
  [/^average pooling \d+ by \d+$/, pooling('AvgPool2d', ', count_include_pad=False')],
  [/^global average pooling$/, () => 'nn.AdaptiveAvgPool2d(1)'],
  [/^global max pooling$/, () => 'nn.AdaptiveMaxPool2d(1)'],
  [
    /^factorized reduction$/,
    (_, { channelsIn, channelsOut, stride }) =>
      stride === 1
        ? `ReLUConvBN(${channelsIn}, ${channelsOut})`
        : `FactorizedReduction(${channelsIn}, ${channelsOut})`,
  ],
  [
    /^inverted bottleneck convolution \d+ by \d+(, expansion [\d.]+)?(, squeeze and excitation)?$/,
    block('InvertedBottleneck', ({ op, expansion = 4 }) => ({
      // Not left out at 1: the block's default is 6.
      expansion: `${expansion}`,
      ...(op.endsWith('squeeze and excitation') ? { squeeze: 'True' } : {}),
    })),
  ],
  [/^residual block convolution \d+ by \d+/, block('BasicBlock', (words) => ({ groups: words.groups }))],
  [
    /^residual bottleneck block convolution \d+ by \d+/,
    block('BottleneckBlock', (words) => ({ groups: words.groups, expansion: `${words.expansion ?? 4}` })),
  ],
  [
    /^squeeze and excitation$/,
    (_, { channelsIn }) => `SqueezeExcitation(${channelsIn}, max(1, int(${channelsIn} / 4 + 0.5)))`,
  ],
  [
    /^multi-head self-attention$/,
    (_, { channelsIn, channelsOut }) => `SelfAttention(${channelsIn}, ${channelsOut})`,
  ],
  [
    /^feed-forward network(, expansion [\d.]+)?$/,
    ({ expansion = 4 }, { channelsIn, channelsOut }) =>
      `FeedForward(${channelsIn}, ${channelsOut}, ${expansion})`,
  ],
  [
    /^linear layer$/,
    (_, { channelsIn, channelsOut }) => `nn.Conv2d(${channelsIn}, ${channelsOut}, 1, bias=False)`,
  ],
  [/^batch normalization$/, (_, { channelsIn }) => `nn.BatchNorm2d(${channelsIn})`],
  [/^layer normalization$/, (_, { channelsIn }) => `nn.GroupNorm(1, ${channelsIn})`],
  [/^(.+) activation$/, ({ op }) => ACTIVATIONS[op.replace(/ activation$/, '')] ?? ''],
];

const number = (pattern: RegExp, op: string): number | undefined => {
  const found = pattern.exec(op)?.[1];
  return found === undefined ? undefined : Number(found);
};

/**
 * The Python expression that constructs an operator.
 *
 * @throws ArchitectureError `operator-not-in-pytorch` where nobody has said what the words are in PyTorch
 */
export function constructorOf(op: string, place: Place): string {
  const kernel = /(\d+) by (\d+)/.exec(op);
  const height = Number(kernel?.[1] ?? 1);
  const words: Words = {
    op,
    kernel: [height, Number(kernel?.[2] ?? height)],
    groups: number(/, (\d+) groups/, op) ?? 1,
    dilation: number(/, dilation (\d+)/, op) ?? 1,
    expansion: number(/, expansion ([\d.]+)/, op),
  };
  const construct = CONSTRUCTS.find(([pattern]) => pattern.test(op))?.[1];
  const expression = construct?.(words, place) ?? '';
  if (expression === '') {
    throw new ArchitectureError(
      'operator-not-in-pytorch',
      `no PyTorch module is known for the operator "${op}"; dot and json can show the architecture`,
    );
  }
  return expression;
}
