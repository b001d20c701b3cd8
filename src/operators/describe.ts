/**
 * An operator's name, as papers, benchmarks and code write it, to its canonical words. Canonical words are
 * what the predictor was trained on and what `src/graph/anatomy.ts` reads; they map to themselves.
 */
import { ArchitectureError } from '../graph/architecture-error.ts';
import { CATALOGUE } from './catalogue.ts';
import { type SizedName, type Sizes, sizesInCall, sizesInWords } from './sizes.ts';
import { SPELLINGS } from './spellings.ts';

/** Longest operator description, in characters; the sentence transformer reads little more. */
export const MAX_OPERATOR_LENGTH = 256;

/** Letters and digits only: what is left when punctuation, spacing and case are taken as style. */
const squash = (text: string): string => text.replace(/[^a-z0-9]/g, '');

const KNOWN: ReadonlyMap<string, string> = new Map([
  ...Object.entries(SPELLINGS).flatMap(([description, spellings]) =>
    spellings.split(' ').map((spelling) => [spelling, description] as const),
  ),
  ...CATALOGUE.map(({ description }) => [squash(description.toLowerCase()), description] as const),
]);

/** Builds canonical words from sizes, or gives up when the sizes do not fit the operator. */
type Build = (sizes: Sizes) => string | undefined;

const option = (value: number | undefined, words: string): string =>
  value === undefined || value === 1 ? '' : `, ${words.replace('#', String(value))}`;

/** `head K by K`, and the sizes that the operator may have besides. */
function sized(head: string, { kernels, groups, dilation, stride }: Sizes): string | undefined {
  const [kernel] = kernels;
  if (kernel === undefined || kernels.length > 1) return undefined;
  const [height, width] = kernel;
  return `${head} ${height} by ${width}${option(groups, '# groups')}${option(dilation, 'dilation #')}${option(stride, 'stride #')}`;
}

const plain =
  (head: string): Build =>
  (sizes) =>
    sizes.expansion === undefined ? sized(head, sizes) : undefined;

const withDefaultKernel =
  (head: string, side: number): Build =>
  (sizes) =>
    plain(head)({ ...sizes, kernels: sizes.kernels.length === 0 ? [[side, side]] : sizes.kernels });

const convolution: Build = (sizes) => {
  const { kernels, groups = 1, dilation = 1, channelsIn } = sizes;
  const [[a, b] = [0, 0], [c, d] = [0, 0]] = kernels;
  if (kernels.length === 2 && a === d && b === c && a !== b) {
    const { stride } = sizes;
    return `asymmetric convolution ${a} by ${b} then ${b} by ${a}${option(stride, 'stride #')}`;
  }
  if (groups > 1 && groups === channelsIn) {
    const { groups: _depthwise, ...rest } = sizes;
    return plain('depthwise convolution')(rest);
  }
  if (groups > 1) return plain('grouped convolution')(sizes);
  if (dilation > 1) return dilated('dilated convolution')(sizes);
  return plain('convolution')(sizes);
};

/** Dilation by two is what the word alone means. */
function dilated(head: string): Build {
  return (sizes) => {
    const { dilation, ...rest } = sizes;
    return plain(head)(dilation === 2 || dilation === undefined ? rest : sizes);
  };
}

/** NASNet and DARTS name this pair in the other order than they apply it: `conv_7x1_1x7` is 1 by 7 first. */
const namedBackwards: Build = ({ kernels, ...rest }) =>
  convolution({ ...rest, kernels: [...kernels].reverse() });

/** MobileNetV2's expansion of 6 where none is said. */
const invertedBottleneck =
  (head: string, tail: string): Build =>
  ({ expansion = 6, stride, ...rest }) => {
    const words = sized(head, rest);
    return words && `${words}, expansion ${expansion}${tail}${option(stride, 'stride #')}`;
  };

const CONV = 'conv(?:olution(?:al)?)?';
const NORM = '(?:bn|batchnorm(?:alization|alisation)?)';
/** What benchmarks take for granted around a convolution: normalization after it, ReLU after or before it. */
const AROUND = `(?:relu|${NORM}|activation)*`;
const SE = '(?:se|squeeze(?:and)?excit(?:ation|e))(?:block|module)?';
const MBCONV =
  '(?:mb|ir|mbconv|mobileinvertedbottleneck|inverted(?:residual|bottleneck)|mobilenet(?:v2)?block)(?:block)?(?:conv(?:olution)?)?';

const RULES: readonly (readonly [name: RegExp, build: Build])[] = (
  [
    [`(?:nor|normal|vanilla)?${CONV}`, convolution],
    [`(?:pw|pointwise)${CONV}`, withDefaultKernel('convolution', 1)],
    [`(?:dw|depthwise)${CONV}`, plain('depthwise convolution')],
    [`(?:depthwise|dw)sep(?:arable)?${CONV}`, plain('depthwise separable convolution')],
    [`sep(?:arable)?${CONV}`, plain('separable convolution')],
    // DARTS's `dil_conv` is separable; spelled out, a dilated convolution is dense.
    [`dil${CONV}|dil(?:ated)?sep(?:arable)?${CONV}`, dilated('dilated separable convolution')],
    [`(?:dilated|atrous)${CONV}`, dilated('dilated convolution')],
    [`group(?:ed)?${CONV}`, convolution],
    [`asymmetric${CONV}then`, convolution],
    [`transposed?${CONV}|${CONV}transposed?|deconv(?:olution)?`, plain('transposed convolution')],
    [`deform(?:able)?${CONV}|dcn(?:v\\d)?`, plain('deformable convolution')],
    [`partial${CONV}`, plain('partial convolution')],
    [`(?:${MBCONV})`, invertedBottleneck('inverted bottleneck convolution', '')],
    [
      `(?:${MBCONV})(?:with)?${SE}`,
      invertedBottleneck('inverted bottleneck convolution', ', squeeze and excitation'),
    ],
    [`fused(?:${MBCONV})`, invertedBottleneck('fused inverted bottleneck convolution', '')],
    [`max(?:imum)?pool(?:ing)?`, plain('max pooling')],
    [`(?:avg|average|mean)pool(?:ing)?`, plain('average pooling')],
    [`min(?:imum)?pool(?:ing)?`, plain('min pooling')],
    [`(?:basic|res|residual|resnet)block(?:${CONV})?`, withDefaultKernel('residual block convolution', 3)],
    [
      `(?:residual|res|resnet)?bottleneck(?:block)?(?:${CONV})?|resnext(?:block)?`,
      withDefaultKernel('residual bottleneck block convolution', 3),
    ],
    [`convnext(?:block)?`, withDefaultKernel('ConvNeXt block', 7)],
    [`shuffle(?:net)?(?:v2)?block`, plain('shuffle block')],
    [`shiftedwindow(?:self)?attention`, plain('shifted window self-attention')],
    [`window(?:self)?attention`, plain('window self-attention')],
    [`patchembed(?:ding)?`, plain('patch embedding')],
  ] as const
).map(([name, build]) => [new RegExp(`^(?:relu)?(?:${name})${AROUND}$`), build]);

/** Words that name nothing. */
const FILLERS =
  /\b(?:a|an|the|and|with|followed by|of|kernel|size|layer|operation|op|standard|regular|2d)\b/g;

/** Sizes that a network could have; beyond them a number is not read as a size at all. */
function plausible({ kernels, channelsIn: _any, ...others }: Sizes): boolean {
  return [...kernels.flat(), ...Object.values(others)].every((size) => size >= 0.01 && size <= 4_096);
}

function understood({ name, sizes }: SizedName): string | undefined {
  if (!plausible(sizes)) return undefined;
  const words = squash(name.replace(/(?<=[a-z])2d\b/g, '').replace(FILLERS, ' '));
  if (words === '' && sizes.expansion !== undefined) {
    return invertedBottleneck('inverted bottleneck convolution', '')(sizes);
  }
  if (sizes.kernels.length === 2 && words === 'conv') {
    const [[height] = [0]] = sizes.kernels;
    return height === 1 ? convolution(sizes) : namedBackwards(sizes);
  }
  for (const [rule, build] of RULES) {
    if (rule.test(words)) return build(sizes);
  }
  return undefined;
}

/** The name of a call without sizes, `nn.ReLU(inplace=True)`, or of a dotted path, `torch.nn.ReLU`. */
function knownByName(text: string, call: SizedName | undefined): string | undefined {
  const name = call?.name ?? text.replace(/^(?:[a-z_]\w*\.)+(?=[a-z_]\w*$)/, '');
  const words = squash(name);
  return (
    KNOWN.get(words) ??
    KNOWN.get(words.replace(/(?:(?<!conv|pool)[13]|2)d$/, '')) ??
    KNOWN.get(words.replace(/(?:layer|activation|op)$/, ''))
  );
}

/**
 * Canonical words of an operator where they are known (`nor_conv_3x3`, `Conv2d(64, 64, kernel_size=3)` and
 * "3x3 convolution, batch norm, ReLU" all become `convolution 3 by 3`), and otherwise the text itself in lower
 * case with single spaces. Canonical words, and everything that this function returns, map to themselves.
 *
 * A name is understood as a whole or not at all: a word that says more than the canonical ones is kept.
 *
 * @throws ArchitectureError `operator-empty`, `operator-too-long`
 */
export function describe(name: string): string {
  const text = name
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .toLowerCase();
  if (text === '') throw new ArchitectureError('operator-empty', 'an operator needs a name in words');
  if (text.length > MAX_OPERATOR_LENGTH) {
    throw new ArchitectureError(
      'operator-too-long',
      `an operator's name has at most ${MAX_OPERATOR_LENGTH} characters, this one has ${text.length}`,
    );
  }
  const call = sizesInCall(text);
  const hasSizes = call !== undefined && (call.sizes.kernels.length > 0 || call.sizes.groups !== undefined);
  const known = hasSizes ? undefined : knownByName(text, call);
  return known ?? understood(call ?? sizesInWords(text)) ?? text;
}
