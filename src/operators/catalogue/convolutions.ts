import { type Listed, operatorsOf } from './operator.ts';

const KERNELS = [1, 2, 3, 4, 5, 6, 7];

const NORMALISED = 'It is followed by batch normalization and a ReLU activation';

const square: readonly Listed[] = [...KERNELS, 9, 11].map((k) => [
  `convolution ${k} by ${k}`,
  k === 1
    ? 'a pointwise convolution that mixes the channels of each pixel'
    : `a dense two-dimensional convolution with a ${k} by ${k} kernel over all channels`,
  NORMALISED,
]);

const flat: readonly Listed[] = [3, 5, 7].flatMap((k): Listed[] => [
  [`convolution 1 by ${k}`, `a dense convolution over ${k} neighbouring columns`, NORMALISED],
  [`convolution ${k} by 1`, `a dense convolution over ${k} neighbouring rows`, NORMALISED],
]);

const asymmetric: readonly Listed[] = [3, 5, 7].flatMap((k) =>
  (
    [
      [1, k],
      [k, 1],
    ] as const
  ).map(
    ([a, b]): Listed => [
      `asymmetric convolution ${a} by ${b} then ${b} by ${a}`,
      `a ${k} by ${k} convolution factorised into a ${a} by ${b} one followed by a ${b} by ${a} one`,
      'Two flat kernels see the same square of pixels with fewer weights than a full kernel',
    ],
  ),
);

const depthwise: readonly Listed[] = KERNELS.map((k) => [
  `depthwise convolution ${k} by ${k}`,
  `a convolution that filters every channel on its own with a ${k} by ${k} kernel`,
  'It mixes neighbouring pixels but no channels, and so needs few weights',
]);

const separable: readonly Listed[] = KERNELS.map((k) => [
  `separable convolution ${k} by ${k}`,
  `a ${k} by ${k} depthwise convolution followed by a pointwise one, applied twice`,
  'Spatial filtering and channel mixing are separated, which saves most weights of a dense convolution',
]);

const depthwiseSeparable: readonly Listed[] = [3, 5, 7].map((k) => [
  `depthwise separable convolution ${k} by ${k}`,
  `a ${k} by ${k} depthwise convolution followed by a pointwise one, applied once`,
  'The layer of MobileNet and Xception, half of the separable convolution of DARTS',
]);

const dilatedSeparable: readonly Listed[] = KERNELS.slice(1).map((k) => [
  `dilated separable convolution ${k} by ${k}`,
  `a ${k} by ${k} depthwise convolution with gaps between its taps, followed by a pointwise one`,
  `Dilation by two widens the receptive field to ${2 * k - 1} by ${2 * k - 1} at no further cost`,
]);

const dilated: readonly Listed[] = [
  ...KERNELS.slice(1).map(
    (k): Listed => [
      `dilated convolution ${k} by ${k}`,
      `a dense ${k} by ${k} convolution with gaps of one pixel between its taps`,
      `Dilation by two widens the receptive field to ${2 * k - 1} by ${2 * k - 1} with the same weights`,
    ],
  ),
  ...[3, 4, 6].map(
    (d): Listed => [
      `dilated convolution 3 by 3, dilation ${d}`,
      `a dense 3 by 3 convolution whose taps lie ${d} pixels apart`,
      `The receptive field is ${2 * d + 1} by ${2 * d + 1} with the weights of a 3 by 3 kernel`,
    ],
  ),
];

const grouped: readonly Listed[] = [3, 5, 7].flatMap((k) =>
  [2, 4, 8, 16, 32].map(
    (groups): Listed => [
      `grouped convolution ${k} by ${k}, ${groups} groups`,
      `a ${k} by ${k} convolution within ${groups} separate groups of channels`,
      `Each filter sees one of ${groups} groups only, which divides the weights by ${groups}`,
    ],
  ),
);

const transposed: readonly Listed[] = KERNELS.slice(1).map((k) => [
  `transposed convolution ${k} by ${k}`,
  `a learned upsampling with a ${k} by ${k} kernel, also called deconvolution`,
  'Every input pixel paints a weighted kernel onto a larger output map',
]);

const deformable: readonly Listed[] = KERNELS.map((k) => [
  `deformable convolution ${k} by ${k}`,
  `a ${k} by ${k} convolution that samples at learned offsets from its grid`,
  'The offsets are predicted from the input, so that the receptive field follows the shape of objects',
]);

const others: readonly Listed[] = [
  [
    'partial convolution 3 by 3',
    'a 3 by 3 convolution on a quarter of the channels that leaves the others untouched',
    'FasterNet uses it to cut memory access as well as work',
  ],
  [
    'involution 7 by 7',
    'a spatial filter whose kernel is generated at each pixel and shared across channels',
    'It inverts the convolution: specific to the place, the same for every channel',
  ],
  [
    'dynamic convolution 3 by 3, 4 experts',
    'a 3 by 3 convolution whose kernel is a mixture of 4 kernels weighted by the input',
    'Conditionally parameterised, it adds capacity at little further work',
  ],
  [
    'octave convolution 3 by 3',
    'a 3 by 3 convolution over channels split into a high and a low spatial frequency',
    'The low frequency part is kept at half resolution and exchanges information with the other',
  ],
  [
    'mixed depthwise convolution 3 by 3 to 7 by 7',
    'depthwise convolutions of several kernel sizes, each on its share of the channels',
    'MixNet joins small and large receptive fields in one layer',
  ],
  [
    'gated convolution 3 by 3',
    'a 3 by 3 convolution multiplied by a sigmoid gate computed by a second one',
    'The gate chooses which features pass at every pixel',
  ],
  [
    'coordinate convolution 3 by 3',
    'a 3 by 3 convolution that sees the coordinates of each pixel as two further channels',
    'It can learn how much translation invariance to keep',
  ],
  [
    'large kernel depthwise convolution 31 by 31',
    'a depthwise convolution with a very large kernel of 31 by 31',
    'RepLKNet reaches the receptive field of attention with it',
  ],
  [
    'spatial convolution 3 by 3 by 3',
    'a three-dimensional convolution over time or depth, height and width',
    'It filters volumes and videos',
  ],
  [
    'temporal convolution, kernel 3',
    'a one-dimensional convolution over 3 neighbouring time steps or tokens',
    'It filters sequences such as audio or text',
  ],
  [
    'causal temporal convolution, kernel 3',
    'a one-dimensional convolution over the current and 2 past time steps',
    'No output sees the future, as autoregressive models need',
  ],
  [
    'factorized reduction',
    'two strided pointwise convolutions, one shifted by a pixel, concatenated',
    'DARTS halves the resolution with it where an identity would not fit',
  ],
];

export const convolutions = operatorsOf('convolution', [
  ...square,
  ...flat,
  ...asymmetric,
  ...depthwise,
  ...separable,
  ...depthwiseSeparable,
  ...dilatedSeparable,
  ...dilated,
  ...grouped,
  ...transposed,
  ...deformable,
  ...others,
]);
