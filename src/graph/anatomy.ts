/**
 * What an operator is made of. Canonical descriptions are a small language ("separable convolution 5 by 5",
 * "inverted bottleneck convolution 3 by 3, expansion 6, squeeze and excitation"); this file reads it into the
 * layers that carry weights and work, so that cost follows from the words alone.
 */

/** The tensor an operator works on. */
export interface NodeShape {
  readonly channelsIn: number;
  readonly channelsOut: number;
  /** Side length of the square input feature map, in pixels. */
  readonly side: number;
  readonly stride: number;
}

/** One primitive layer with its size. `side` is the side length of its output. */
export type Layer =
  | {
      readonly kind: 'convolution';
      readonly in: number;
      readonly out: number;
      readonly kernel: readonly [number, number];
      readonly groups: number;
      readonly side: number;
    }
  | { readonly kind: 'normalization'; readonly channels: number; readonly side: number }
  | { readonly kind: 'activation'; readonly channels: number; readonly side: number }
  | {
      readonly kind: 'pooling';
      readonly channels: number;
      readonly kernel: readonly [number, number];
      readonly side: number;
    }
  | { readonly kind: 'linear'; readonly in: number; readonly out: number; readonly bias: boolean }
  /** Products of activations with activations, as in self-attention: work without weights. */
  | { readonly kind: 'product'; readonly multiplyAdds: number };

type Anatomy = (words: Words, shape: NodeShape) => Layer[];

/** The numbers found in a description, with the defaults of the language. */
interface Words {
  readonly kernel: readonly [number, number];
  readonly groups: number;
  readonly expansion: number;
  readonly squeeze: boolean;
}

const outputSide = ({ side, stride }: NodeShape): number => Math.max(1, Math.ceil(side / stride));

function convolution(
  input: number,
  output: number,
  kernel: readonly [number, number],
  side: number,
  groups = 1,
): Layer {
  return { kind: 'convolution', in: input, out: output, kernel, groups, side };
}

const normalization = (channels: number, side: number): Layer => ({ kind: 'normalization', channels, side });
const activation = (channels: number, side: number): Layer => ({ kind: 'activation', channels, side });

/** Convolution, batch normalisation, ReLU: what every benchmark here means by a convolution. */
function convolutionBlock(
  input: number,
  output: number,
  kernel: readonly [number, number],
  side: number,
  groups = 1,
): Layer[] {
  return [
    convolution(input, output, kernel, side, groups),
    normalization(output, side),
    activation(output, side),
  ];
}

/** ReLU, depthwise k by k, pointwise 1 by 1, batch normalisation: half of DARTS's `SepConv`. */
function separable(input: number, output: number, kernel: readonly [number, number], side: number): Layer[] {
  return [
    activation(input, side),
    convolution(input, input, kernel, side, input),
    convolution(input, output, [1, 1], side),
    normalization(output, side),
  ];
}

/** Squeeze and excitation (Hu et al. 2018) with the usual reduction to a quarter of the block's input. */
function squeezeAndExcitation(channels: number, squeezed: number): Layer[] {
  return [
    { kind: 'linear', in: channels, out: squeezed, bias: true },
    { kind: 'linear', in: squeezed, out: channels, bias: true },
  ];
}

const invertedBottleneck: Anatomy = (words, shape) => {
  const { channelsIn, channelsOut, side } = shape;
  const hidden = Math.round(channelsIn * words.expansion);
  const out = outputSide(shape);
  return [
    ...(words.expansion === 1 ? [] : convolutionBlock(channelsIn, hidden, [1, 1], side)),
    ...convolutionBlock(hidden, hidden, words.kernel, out, hidden),
    ...(words.squeeze ? squeezeAndExcitation(hidden, Math.max(1, Math.round(channelsIn / 4))) : []),
    convolution(hidden, channelsOut, [1, 1], out),
    normalization(channelsOut, out),
  ];
};

const residualBlock: Anatomy = (words, shape) => {
  const { channelsIn, channelsOut } = shape;
  const out = outputSide(shape);
  const reshapes = channelsIn !== channelsOut || shape.stride !== 1;
  return [
    ...convolutionBlock(channelsIn, channelsOut, words.kernel, out, words.groups),
    ...convolutionBlock(channelsOut, channelsOut, words.kernel, out, words.groups),
    ...(reshapes ? [convolution(channelsIn, channelsOut, [1, 1], out), normalization(channelsOut, out)] : []),
  ];
};

const bottleneckBlock: Anatomy = (words, shape) => {
  const { channelsIn, channelsOut, side } = shape;
  const out = outputSide(shape);
  const hidden = Math.max(1, Math.round(channelsOut / words.expansion));
  const reshapes = channelsIn !== channelsOut || shape.stride !== 1;
  return [
    ...convolutionBlock(channelsIn, hidden, [1, 1], side),
    ...convolutionBlock(hidden, hidden, words.kernel, out, words.groups),
    convolution(hidden, channelsOut, [1, 1], out),
    normalization(channelsOut, out),
    ...(reshapes ? [convolution(channelsIn, channelsOut, [1, 1], out), normalization(channelsOut, out)] : []),
  ];
};

const selfAttention: Anatomy = (_words, { channelsIn, channelsOut, side }) => {
  const tokens = side * side;
  return [
    convolution(channelsIn, 3 * channelsIn, [1, 1], side),
    { kind: 'product', multiplyAdds: 2 * tokens * tokens * channelsIn },
    convolution(channelsIn, channelsOut, [1, 1], side),
  ];
};

const feedForward: Anatomy = (words, { channelsIn, channelsOut, side }) => {
  const hidden = Math.round(channelsIn * words.expansion);
  return [
    convolution(channelsIn, hidden, [1, 1], side),
    activation(hidden, side),
    convolution(hidden, channelsOut, [1, 1], side),
  ];
};

/** First match wins: the longer names stand before the words that they contain. */
const ANATOMIES: readonly (readonly [name: RegExp, anatomy: Anatomy])[] = [
  [/^(identity|none|input|output|concatenation|addition|multiplication)$/, () => []],
  [/^inverted bottleneck convolution\b/, invertedBottleneck],
  [
    /^dilated separable convolution\b/,
    (w, s) => separable(s.channelsIn, s.channelsOut, w.kernel, outputSide(s)),
  ],
  [
    /^separable convolution\b/,
    (w, s) => [
      ...separable(s.channelsIn, s.channelsIn, w.kernel, outputSide(s)),
      ...separable(s.channelsIn, s.channelsOut, w.kernel, outputSide(s)),
    ],
  ],
  [
    /^depthwise convolution\b/,
    (w, s) => convolutionBlock(s.channelsIn, s.channelsIn, w.kernel, outputSide(s), s.channelsIn),
  ],
  [
    /^asymmetric convolution\b/,
    (w, s) => {
      const [a, b] = w.kernel;
      return [
        ...convolutionBlock(s.channelsIn, s.channelsOut, [a, b], outputSide(s)),
        ...convolutionBlock(s.channelsOut, s.channelsOut, [b, a], outputSide(s)),
      ];
    },
  ],
  [
    /^factorized reduction\b/,
    (_w, s) => [
      activation(s.channelsIn, s.side),
      convolution(s.channelsIn, s.channelsOut, [1, 1], outputSide(s)),
      normalization(s.channelsOut, outputSide(s)),
    ],
  ],
  [/^residual bottleneck block\b/, bottleneckBlock],
  [/^residual block\b/, residualBlock],
  [
    /^(dilated |grouped |transposed |deformable )?convolution\b/,
    (w, s) => convolutionBlock(s.channelsIn, s.channelsOut, w.kernel, outputSide(s), w.groups),
  ],
  [
    /^global (average|max) pooling\b/,
    (_w, s) => [{ kind: 'pooling', channels: s.channelsIn, kernel: [s.side, s.side], side: 1 }],
  ],
  [
    /^(average|max) pooling\b/,
    (w, s) => [{ kind: 'pooling', channels: s.channelsIn, kernel: w.kernel, side: outputSide(s) }],
  ],
  [/^(multi-head )?self-attention\b/, selfAttention],
  [/^feed-forward network\b/, feedForward],
  [
    /^squeeze and excitation\b/,
    (_w, s) => squeezeAndExcitation(s.channelsIn, Math.max(1, Math.round(s.channelsIn / 4))),
  ],
  [/^linear layer\b/, (_w, s) => [convolution(s.channelsIn, s.channelsOut, [1, 1], s.side)]],
  [
    /^(batch|layer|group|instance|root mean square) normalization\b/,
    (_w, s) => [normalization(s.channelsIn, s.side)],
  ],
  [/ activation$/, (_w, s) => [activation(s.channelsIn, s.side)]],
];

function numbersIn(op: string, shape: NodeShape): Words {
  const kernel = /(\d+) by (\d+)/.exec(op);
  const groups = /, (\d+) groups\b/.exec(op);
  const expansion = /, expansion (\d+(?:\.\d+)?)/.exec(op);
  const height = Number(kernel?.[1] ?? 1);
  return {
    kernel: [height, Number(kernel?.[2] ?? height)],
    groups: Math.min(Number(groups?.[1] ?? 1), shape.channelsIn),
    expansion: Number(expansion?.[1] ?? 4),
    squeeze: /squeeze and excitation/.test(op),
  };
}

/** The layers of one operator at a shape, or `undefined` where the words are not of the language. */
export function layersOf(op: string, shape: NodeShape): readonly Layer[] | undefined {
  for (const [name, anatomy] of ANATOMIES) {
    if (name.test(op)) return anatomy(numbersIn(op, shape), shape);
  }
  return undefined;
}
