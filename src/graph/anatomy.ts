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
  | { readonly kind: 'product'; readonly multiplyAdds: number }
  /** Layers whose cost was counted elsewhere. */
  | { readonly kind: 'counted'; readonly params: number; readonly flops: number };

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

/** EfficientNetV2's Fused-MBConv: one dense convolution where the expansion is 1. */
const fusedInvertedBottleneck: Anatomy = (words, shape) => {
  const { channelsIn, channelsOut } = shape;
  const out = outputSide(shape);
  if (words.expansion === 1) return convolutionBlock(channelsIn, channelsOut, words.kernel, out);
  const hidden = Math.round(channelsIn * words.expansion);
  return [
    ...convolutionBlock(channelsIn, hidden, words.kernel, out),
    convolution(hidden, channelsOut, [1, 1], out),
    normalization(channelsOut, out),
  ];
};

/** ConvNeXt (Liu et al. 2022): depthwise, layer norm, and a feed-forward network per pixel. */
const convNext: Anatomy = (words, shape) => {
  const { channelsIn, channelsOut } = shape;
  const out = outputSide(shape);
  return [
    convolution(channelsIn, channelsIn, words.kernel, out, channelsIn),
    normalization(channelsIn, out),
    ...feedForward(words, { channelsIn, channelsOut, side: out, stride: 1 }),
  ];
};

/** ShuffleNet V2 (Ma et al. 2018): one half of the channels works; with a stride, so does the other. */
const shuffleBlock: Anatomy = (words, shape) => {
  const { channelsIn, channelsOut, side } = shape;
  const out = outputSide(shape);
  const half = Math.max(1, Math.round(channelsOut / 2));
  const strided = shape.stride !== 1 || channelsIn !== channelsOut;
  const filter = (channels: number): Layer[] => [
    convolution(channels, channels, words.kernel, out, channels),
    normalization(channels, out),
  ];
  return [
    ...convolutionBlock(strided ? channelsIn : half, half, [1, 1], side),
    ...filter(half),
    ...convolutionBlock(half, half, [1, 1], out),
    ...(strided ? [...filter(channelsIn), ...convolutionBlock(channelsIn, half, [1, 1], out)] : []),
  ];
};

/** DenseNet-B (Huang et al. 2017): 1 by 1 to four times the growth, then k by k; the output joins the input. */
const denseBlockLayer: Anatomy = (words, { channelsIn, channelsOut, side }) => {
  const growth = channelsOut > channelsIn ? channelsOut - channelsIn : 32;
  return [
    ...convolutionBlock(channelsIn, 4 * growth, [1, 1], side),
    ...convolutionBlock(4 * growth, growth, words.kernel, side),
  ];
};

/** SqueezeNet (Iandola et al. 2016): squeezed to an eighth of the output, then 1 by 1 beside k by k. */
const fireModule: Anatomy = (words, shape) => {
  const out = outputSide(shape);
  const squeezed = Math.max(1, Math.round(shape.channelsOut / 8));
  const half = Math.max(1, Math.round(shape.channelsOut / 2));
  return [
    convolution(shape.channelsIn, squeezed, [1, 1], out),
    convolution(squeezed, half, [1, 1], out),
    convolution(squeezed, half, words.kernel, out),
    activation(shape.channelsOut, out),
  ];
};

/** Self-attention within windows of k by k tokens. */
const windowAttention: Anatomy = ({ kernel: [height, width] }, { channelsIn, channelsOut, side }) => [
  convolution(channelsIn, 3 * channelsIn, [1, 1], side),
  { kind: 'product', multiplyAdds: 2 * side * side * height * width * channelsIn },
  convolution(channelsIn, channelsOut, [1, 1], side),
];

/** One projection of every k by k patch. */
const patches: Anatomy = ({ kernel }, { channelsIn, channelsOut, side }) => [
  convolution(channelsIn, channelsOut, kernel, Math.max(1, Math.ceil(side / kernel[0]))),
];

/** Recurrent layers read the feature map as a sequence of pixels; `gates` are the maps of input and state. */
const recurrent =
  (gates: number): Anatomy =>
  (words, { channelsIn, channelsOut, side }) => [
    convolution(channelsIn + channelsOut, gates * channelsOut, words.kernel, side),
    activation(gates * channelsOut, side),
  ];

/** Layers that move values or drop them: no weights, no arithmetic worth counting. */
const FREE =
  /^(identity|none|input|output|concatenation|addition|multiplication|(mean|maximum) of inputs|(zero|reflection) padding|flatten|reshape|transpose|channel (split|shuffle)|slice|nearest neighbor upsampling|pixel (un)?shuffle|strided downsampling|shift operation|(spatial )?dropout|drop (path|block)|Gaussian noise)$/;

/** First match wins: the longer names stand before the words that they contain. */
const ANATOMIES: readonly (readonly [name: RegExp, anatomy: Anatomy])[] = [
  [FREE, () => []],
  [/^inverted bottleneck convolution\b/, invertedBottleneck],
  [/^fused inverted bottleneck convolution\b/, fusedInvertedBottleneck],
  [/^ConvNeXt block\b/i, convNext],
  [/^shuffle block\b/, shuffleBlock],
  [/^dense block layer\b/, denseBlockLayer],
  [/^fire module\b/, fireModule],
  [
    /^ghost module\b/,
    (w, s) => {
      const half = Math.max(1, Math.round(s.channelsOut / 2));
      return [
        ...convolutionBlock(s.channelsIn, half, [1, 1], outputSide(s)),
        ...convolutionBlock(half, half, w.kernel, outputSide(s), half),
      ];
    },
  ],
  [
    /^depthwise separable convolution\b/,
    (w, s) => [
      ...convolutionBlock(s.channelsIn, s.channelsIn, w.kernel, outputSide(s), s.channelsIn),
      ...convolutionBlock(s.channelsIn, s.channelsOut, [1, 1], outputSide(s)),
    ],
  ],
  [
    /^partial convolution\b/,
    (w, s) => {
      const quarter = Math.max(1, Math.round(s.channelsIn / 4));
      return [convolution(quarter, quarter, w.kernel, outputSide(s))];
    },
  ],
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
    /^(large kernel )?depthwise convolution\b|^convolutional token mixer\b/,
    (w, s) => convolutionBlock(s.channelsIn, s.channelsIn, w.kernel, outputSide(s), s.channelsIn),
  ],
  [
    /^asymmetric convolution\b/,
    (w, s) => {
      const [a, b] = w.kernel;
      const side = outputSide(s);
      // As the NDS networks build it: one activation before, one normalisation after the pair; each convolution
      // strides along one axis, so the map between them has side x s.side pixels.
      return [
        activation(s.channelsIn, s.side),
        convolution(s.channelsIn, s.channelsOut, [a, b], Math.sqrt(side * s.side)),
        convolution(s.channelsOut, s.channelsOut, [b, a], side),
        normalization(s.channelsOut, side),
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
  [/^(preactivation |wide )?residual block\b/, residualBlock],
  [
    /^(dilated |grouped |transposed |deformable )?convolution\b|^reparameterized block\b/,
    (w, s) => convolutionBlock(s.channelsIn, s.channelsOut, w.kernel, outputSide(s), w.groups),
  ],
  [
    /^(global (average|max)|generalized mean) pooling\b/,
    (_w, s) => [{ kind: 'pooling', channels: s.channelsIn, kernel: [s.side, s.side], side: 1 }],
  ],
  [
    /^(average|max|min|Lp|stochastic|mixed|soft|blur) pooling\b|^pooling token mixer\b/i,
    (w, s) => [{ kind: 'pooling', channels: s.channelsIn, kernel: w.kernel, side: outputSide(s) }],
  ],
  [
    /^adaptive (average|max) pooling\b/,
    (_w, s) => [{ kind: 'pooling', channels: s.channelsIn, kernel: [1, 1], side: s.side }],
  ],
  [
    /^bilinear upsampling\b/,
    (_w, s) => [{ kind: 'pooling', channels: s.channelsIn, kernel: [2, 2], side: outputSide(s) }],
  ],
  [/^(multi-head |causal )?self-attention\b|^cross-attention\b/, selfAttention],
  [/^((shifted )?window|neighborhood) self-attention\b/, windowAttention],
  [/^feed-forward network\b|^channel mixing multilayer perceptron\b/, feedForward],
  [
    /^transformer encoder block\b/,
    (w, s) => [
      normalization(s.channelsIn, s.side),
      ...selfAttention(w, { ...s, channelsOut: s.channelsIn }),
      normalization(s.channelsIn, s.side),
      ...feedForward(w, s),
    ],
  ],
  [
    /^((GELU|SiLU) )?gated linear unit\b/i,
    (_w, s) => [
      convolution(s.channelsIn, 2 * s.channelsOut, [1, 1], s.side),
      activation(s.channelsOut, s.side),
    ],
  ],
  [/^(long short-term memory|convolutional long short-term memory) layer\b/, recurrent(4)],
  [/^gated recurrent unit layer\b/, recurrent(3)],
  [/^recurrent layer\b/, recurrent(1)],
  [
    /^large kernel attention\b/,
    (_w, s) => [
      convolution(s.channelsIn, s.channelsIn, [5, 5], s.side, s.channelsIn),
      convolution(s.channelsIn, s.channelsIn, [7, 7], s.side, s.channelsIn),
      convolution(s.channelsIn, s.channelsIn, [1, 1], s.side),
    ],
  ],
  [/^spatial attention\b/, (w, s) => [convolution(2, 1, w.kernel, s.side)]],
  [/^patch embedding\b/, patches],
  [/^patch merging\b/, (w, s) => [normalization(4 * s.channelsIn, Math.ceil(s.side / 2)), ...patches(w, s)]],
  [
    /^squeeze and excitation\b/,
    (_w, s) => squeezeAndExcitation(s.channelsIn, Math.max(1, Math.round(s.channelsIn / 4))),
  ],
  [
    /^(linear layer|(simplified )?graph convolution)\b/,
    (_w, s) => [convolution(s.channelsIn, s.channelsOut, [1, 1], s.side)],
  ],
  [
    /^(batch|layer|group|instance|root mean square|global response) normalization\b/,
    (_w, s) => [normalization(s.channelsIn, s.side)],
  ],
  [/ activation$|^softmax$/, (_w, s) => [activation(s.channelsIn, s.side)]],
];

function numbersIn(op: string, shape: NodeShape): Words {
  const kernel = /(\d+) by (\d+)/.exec(op);
  const groups = /, (\d+) groups\b/.exec(op);
  const expansion = /, expansion (\d+(?:\.\d+)?)/.exec(op);
  const height = Number(kernel?.[1] ?? 1);
  return {
    kernel: [height, Number(kernel?.[2] ?? height)],
    groups: Math.max(1, Math.min(Number(groups?.[1] ?? 1), shape.channelsIn)),
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
