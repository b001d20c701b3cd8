/**
 * Chains of stages, as MobileNet-like networks are tabled: operator, channels, stride, repeats. Written as text,
 * `mbconv_e6_k3_c32_s2_n2_se` a stage, joined by commas, or as JSON where operators are any words and stem,
 * head and input size can be said.
 */
import { z } from 'zod';
import { ArchitectureError } from '../graph/architecture-error.ts';
import type { Skeleton } from '../graph/cost.ts';
import { graphOf, INPUT, type OperatorGraph, type OperatorNode, OUTPUT } from '../graph/operator-graph.ts';
import type { Format } from './format.ts';
import { looksLikeJson, parseJson, shaped } from './json-value.ts';
import { TextCursor } from './text-cursor.ts';

/** Equal operators in a row, the first of which has the stride. */
export interface ChainStage {
  /** The operator in words. */
  readonly op: string;
  readonly channels: number;
  readonly stride: number;
  readonly repeat: number;
}

export interface Chain {
  readonly stages: readonly ChainStage[];
  /** The tensor that enters the first stage. */
  readonly input: { readonly channels: number; readonly resolution: number };
  /** Convolution from the image's three channels to the input's; its output has the input's resolution. */
  readonly stem: { readonly kernel: number };
  /** 1 by 1 convolution to `channels`, global pooling, classifier. */
  readonly head: { readonly channels: number; readonly classes: number };
}

/** ImageNet at 224 by 224 after a stem of stride 2, and MobileNetV2's head. */
export const CHAIN_DEFAULTS = {
  input: { channels: 32, resolution: 112 },
  stem: { kernel: 3 },
  head: { channels: 1_280, classes: 1_000 },
} as const;

const MAX_STAGES = 60;
const MAX_CHANNELS = 16_384;
const MAX_RESOLUTION = 4_096;
const MAX_REPEAT = 64;
const MAX_STRIDE = 16;
const MAX_KERNEL = 31;
const MAX_EXPANSION = 64;
const MAX_OPERATOR_LENGTH = 256;

const count = (max: number) => z.int().min(1).max(max);
const JSON_CHAIN = z.strictObject({
  stages: z
    .array(
      z.strictObject({
        op: z.string().trim().min(1).max(MAX_OPERATOR_LENGTH),
        channels: count(MAX_CHANNELS),
        stride: count(MAX_STRIDE).default(1),
        repeat: count(MAX_REPEAT).default(1),
      }),
    )
    .min(1)
    .max(MAX_STAGES),
  input: z
    .strictObject({ channels: count(MAX_CHANNELS), resolution: count(MAX_RESOLUTION) })
    .default(CHAIN_DEFAULTS.input),
  stem: z.strictObject({ kernel: count(MAX_KERNEL) }).default(CHAIN_DEFAULTS.stem),
  head: z
    .strictObject({ channels: count(MAX_CHANNELS), classes: count(1_000_000) })
    .default(CHAIN_DEFAULTS.head),
});

function parseObject(value: unknown): Chain {
  const chain = shaped(JSON_CHAIN, value);
  const reserved = chain.stages.findIndex(({ op }) => op === INPUT || op === OUTPUT);
  if (reserved >= 0) {
    throw new ArchitectureError('chain-operator', 'a stage does work: it is neither input nor output', {
      pointer: `/stages/${reserved}/op`,
    });
  }
  return chain;
}

/** Numbers of a stage's text by letter: e expansion, k kernel, g groups, c channels, s stride, n repeats. */
type Letter = 'e' | 'k' | 'g' | 'c' | 's' | 'n';

const LETTERS: Readonly<Record<Letter, { readonly max: number; readonly standard: number }>> = {
  e: { max: MAX_EXPANSION, standard: 6 },
  k: { max: MAX_KERNEL, standard: 3 },
  g: { max: MAX_CHANNELS, standard: 1 },
  c: { max: MAX_CHANNELS, standard: 0 },
  s: { max: MAX_STRIDE, standard: 1 },
  n: { max: MAX_REPEAT, standard: 1 },
};

/** An operator that the text can name: its words, with a blank for each letter that it takes, and the way back. */
interface Notation {
  readonly name: string;
  readonly letters: readonly Letter[];
  readonly squeezes: boolean;
  readonly words: (n: Readonly<Record<Letter, number>>) => string;
}

const square = (k: number): string => `${k} by ${k}`;
const kernelOf =
  (operator: string): Notation['words'] =>
  ({ k }) =>
    `${operator} ${square(k)}`;

const NOTATIONS: readonly Notation[] = [
  {
    name: 'mbconv',
    letters: ['e', 'k'],
    squeezes: true,
    words: ({ e, k }) => `inverted bottleneck convolution ${square(k)}, expansion ${e}`,
  },
  { name: 'conv', letters: ['k'], squeezes: false, words: kernelOf('convolution') },
  { name: 'dwconv', letters: ['k'], squeezes: false, words: kernelOf('depthwise convolution') },
  { name: 'sepconv', letters: ['k'], squeezes: false, words: kernelOf('separable convolution') },
  {
    name: 'gconv',
    letters: ['g', 'k'],
    squeezes: false,
    words: ({ g, k }) => `grouped convolution ${square(k)}, ${g} groups`,
  },
  { name: 'res', letters: ['k'], squeezes: false, words: kernelOf('residual block convolution') },
  {
    name: 'bottleneck',
    letters: ['g', 'k'],
    squeezes: false,
    words: ({ g, k }) => `residual bottleneck block convolution ${square(k)}, ${g} groups`,
  },
  { name: 'maxpool', letters: ['k'], squeezes: false, words: kernelOf('max pooling') },
  { name: 'avgpool', letters: ['k'], squeezes: false, words: kernelOf('average pooling') },
  { name: 'id', letters: [], squeezes: false, words: () => 'identity' },
  { name: 'attention', letters: [], squeezes: false, words: () => 'multi-head self-attention' },
  { name: 'ffn', letters: [], squeezes: false, words: () => 'feed-forward network' },
];
const SQUEEZE = ', squeeze and excitation';
const COMMON_LETTERS: readonly Letter[] = ['c', 's', 'n'];

const standardNumbers = (channels: number): Record<Letter, number> => ({
  e: LETTERS.e.standard,
  k: LETTERS.k.standard,
  g: LETTERS.g.standard,
  c: channels,
  s: LETTERS.s.standard,
  n: LETTERS.n.standard,
});

function stageFrom(cursor: TextCursor, channelsBefore: number): ChainStage {
  const start = cursor.at;
  const name = cursor.take(/[a-z]+/y);
  const notation = NOTATIONS.find((known) => known.name === name);
  if (notation === undefined) {
    const known = NOTATIONS.map((each) => each.name).join(', ');
    return cursor.fail(`one of ${known}`, 'chain-operator', start);
  }
  const numbers = standardNumbers(channelsBefore);
  const seen = new Set<string>();
  let squeeze = '';
  while (cursor.skip('_')) {
    const at = cursor.at;
    const key = cursor.take(/se|[a-z]/y);
    if (seen.has(key)) cursor.fail(`"${key}" only once`, undefined, at);
    seen.add(key);
    if (key === 'se' && notation.squeezes) {
      squeeze = SQUEEZE;
      continue;
    }
    const letter = [...notation.letters, ...COMMON_LETTERS].find((each) => each === key);
    if (letter === undefined) {
      const letters = [...notation.letters, ...COMMON_LETTERS, ...(notation.squeezes ? ['se'] : [])];
      return cursor.fail(`one of ${letters.join(', ')} after "_"`, undefined, at);
    }
    const value = Number(cursor.take(/[1-9]\d{0,6}/y));
    const { max } = LETTERS[letter];
    if (value < 1 || value > max) cursor.fail(`"${letter}" with a number of 1 to ${max}`, undefined, at);
    numbers[letter] = value;
  }
  return {
    op: `${notation.words(numbers)}${squeeze}`,
    channels: numbers.c,
    stride: numbers.s,
    repeat: numbers.n,
  };
}

function parseText(text: string): Chain {
  const cursor: TextCursor = new TextCursor(text, 'chain-syntax');
  const stages: ChainStage[] = [];
  do {
    if (stages.length === MAX_STAGES) cursor.fail(`at most ${MAX_STAGES} stages`, 'chain-too-long');
    cursor.take(/\s*/y);
    stages.push(stageFrom(cursor, stages.at(-1)?.channels ?? CHAIN_DEFAULTS.input.channels));
    cursor.take(/\s*/y);
  } while (cursor.skip(','));
  cursor.expectEnd();
  return { stages, ...CHAIN_DEFAULTS };
}

function parse(given: unknown): Chain {
  if (typeof given !== 'string') return parseObject(given);
  return looksLikeJson(given) ? parseObject(parseJson(given)) : parseText(given);
}

/** The stage's text, or `undefined` where its operator has no notation. */
function stageText({ op, channels, stride, repeat }: ChainStage): string | undefined {
  const number = (pattern: RegExp, standard: number): number => Number(pattern.exec(op)?.[1] ?? standard);
  const numbers: Record<Letter, number> = {
    e: number(/, expansion (\d+)/, LETTERS.e.standard),
    k: number(/(\d+) by \d+/, LETTERS.k.standard),
    g: number(/, (\d+) groups/, LETTERS.g.standard),
    c: channels,
    s: stride,
    n: repeat,
  };
  for (const { name, letters, squeezes, words } of NOTATIONS) {
    const plain = words(numbers);
    const squeezed = squeezes && op === plain + SQUEEZE;
    if (op !== plain && !squeezed) continue;
    const all = [...letters, ...COMMON_LETTERS];
    if (all.some((letter) => numbers[letter] < 1 || numbers[letter] > LETTERS[letter].max)) return undefined;
    return [name, ...all.map((letter) => `${letter}${numbers[letter]}`), ...(squeezed ? ['se'] : [])].join(
      '_',
    );
  }
  return undefined;
}

/** The compact text where it can say everything, otherwise JSON. */
function print({ stages, input, stem, head }: Chain): string {
  const standard =
    input.channels === CHAIN_DEFAULTS.input.channels &&
    input.resolution === CHAIN_DEFAULTS.input.resolution &&
    stem.kernel === CHAIN_DEFAULTS.stem.kernel &&
    head.channels === CHAIN_DEFAULTS.head.channels &&
    head.classes === CHAIN_DEFAULTS.head.classes;
  const texts = stages.flatMap((stage) => stageText(stage) ?? []);
  if (standard && texts.length === stages.length) return texts.join(',');
  return JSON.stringify({
    stages: stages.map(({ op, channels, stride, repeat }) => ({ op, channels, stride, repeat })),
    input: { channels: input.channels, resolution: input.resolution },
    stem: { kernel: stem.kernel },
    head: { channels: head.channels, classes: head.classes },
  });
}

/** Side length of the feature map after a run of stages. */
const sideAfter = (side: number, stages: readonly ChainStage[]): number =>
  stages.reduce((before, { stride }) => Math.max(1, Math.ceil(before / stride)), side);

function graph({ stages, input }: Chain): OperatorGraph {
  const inner = stages.map(({ op, channels, stride, repeat }, i): OperatorNode => {
    const channelsIn = stages[i - 1]?.channels ?? input.channels;
    return {
      id: `${i + 1}`,
      op,
      channelsIn: channelsIn / input.channels,
      channelsOut: channels / input.channels,
      resolution: sideAfter(input.resolution, stages.slice(0, i)) / input.resolution,
      stride,
      repeat,
    };
  });
  const nodes = [{ id: 'input', op: INPUT }, ...inner, { id: 'output', op: OUTPUT }];
  return graphOf(
    nodes,
    nodes.slice(1).map((node, i): [string, string] => [nodes[i]?.id ?? '', node.id]),
  );
}

function skeleton({ stages, input, stem, head }: Chain): Skeleton {
  const { channels, resolution } = input;
  const last = stages.at(-1)?.channels ?? channels;
  const side = sideAfter(resolution, stages);
  const kernel = [stem.kernel, stem.kernel] as const;
  return {
    fixed: [
      { kind: 'convolution', in: 3, out: channels, kernel, groups: 1, side: resolution },
      { kind: 'normalization', channels, side: resolution },
      { kind: 'activation', channels, side: resolution },
      { kind: 'convolution', in: last, out: head.channels, kernel: [1, 1], groups: 1, side },
      { kind: 'normalization', channels: head.channels, side },
      { kind: 'activation', channels: head.channels, side },
      { kind: 'pooling', channels: head.channels, kernel: [side, side], side: 1 },
      { kind: 'linear', in: head.channels, out: head.classes, bias: true },
    ],
    stages: [{ cells: 1, channelsIn: channels, channels, side: resolution }],
  };
}

export const chain: Format<Chain> = {
  id: 'chain',
  title: 'Chain of stages',
  example:
    'mbconv_e1_k3_c16_s1_n1,mbconv_e6_k3_c24_s2_n2,mbconv_e6_k5_c40_s2_n3_se,mbconv_e6_k3_c80_s2_n4,' +
    'mbconv_e6_k3_c112_s1_n2_se,mbconv_e6_k5_c160_s2_n3_se,mbconv_e6_k3_c320_s1_n1',
  parse,
  print,
  graph,
  skeleton,
};
