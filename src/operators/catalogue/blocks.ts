import { type Listed, operatorsOf } from './operator.ts';

const KERNELS = [1, 2, 3, 4, 5, 6, 7];
const EXPANSIONS = [1, 2, 3, 4, 5, 6];

const widening = (k: number, expansion: number): string =>
  `a pointwise convolution widens the channels ${expansion} times, a ${k} by ${k} depthwise one filters them, a pointwise one narrows them again`;

const invertedBottlenecks: readonly Listed[] = KERNELS.flatMap((k) =>
  EXPANSIONS.map(
    (expansion): Listed => [
      `inverted bottleneck convolution ${k} by ${k}, expansion ${expansion}`,
      widening(k, expansion),
      'This is the MBConv block of MobileNetV2 and EfficientNet, with a linear output',
    ],
  ),
);

const excitedInvertedBottlenecks: readonly Listed[] = [3, 5, 7].flatMap((k) =>
  EXPANSIONS.map(
    (expansion): Listed => [
      `inverted bottleneck convolution ${k} by ${k}, expansion ${expansion}, squeeze and excitation`,
      `${widening(k, expansion)}, with channel attention in the widened part`,
      'This is the MBConv block of MobileNetV3 and EfficientNet; squeeze and excitation reweights the channels by their global average',
    ],
  ),
);

const fusedInvertedBottlenecks: readonly Listed[] = [3, 5].flatMap((k) =>
  [1, 2, 4, 6].map(
    (expansion): Listed => [
      `fused inverted bottleneck convolution ${k} by ${k}, expansion ${expansion}`,
      `a dense ${k} by ${k} convolution widens the channels ${expansion} times, a pointwise one narrows them again`,
      'EfficientNetV2 fuses the first two steps of MBConv, which runs faster at high resolutions',
    ],
  ),
);

const residualBlocks: readonly Listed[] = KERNELS.map((k) => [
  `residual block convolution ${k} by ${k}`,
  `two dense ${k} by ${k} convolutions added to their input`,
  'The basic block of ResNet-18 and ResNet-34: the shortcut lets gradients pass',
]);

const residualBottlenecks: readonly Listed[] = [
  ...KERNELS.map(
    (k): Listed => [
      `residual bottleneck block convolution ${k} by ${k}`,
      `a pointwise convolution to a quarter of the channels, a ${k} by ${k} one, a pointwise one back, added to the input`,
      'The block of ResNet-50 and deeper ones',
    ],
  ),
  ...[2, 4, 8, 16, 32, 64].map(
    (groups): Listed => [
      `residual bottleneck block convolution 3 by 3, ${groups} groups`,
      `a residual bottleneck whose 3 by 3 convolution works in ${groups} groups of channels`,
      'ResNeXt calls the number of groups cardinality, RegNet fixes their width',
    ],
  ),
];

const others: readonly Listed[] = [
  [
    'ConvNeXt block 7 by 7',
    'a 7 by 7 depthwise convolution, layer normalization and a pointwise feed-forward network of expansion 4 with GELU, added to the input',
    'A convolutional network rebuilt with the habits of transformers',
  ],
  [
    'ConvNeXt block 7 by 7, global response normalization',
    'a ConvNeXt block that lets its channels compete inside the feed-forward part',
    'ConvNeXt V2 introduced it together with masked autoencoding',
  ],
  [
    'preactivation residual block convolution 3 by 3',
    'batch normalization and ReLU before each of two 3 by 3 convolutions, added to the input',
    'ResNet V2 keeps the shortcut free of any activation',
  ],
  [
    'wide residual block convolution 3 by 3',
    'a residual block with several times the usual number of channels',
    'Wide residual networks trade depth for width',
  ],
  [
    'ghost module 3 by 3',
    'half of the features come from a pointwise convolution, the others from cheap 3 by 3 depthwise filters of those',
    'GhostNet saves work on redundant features',
  ],
  [
    'ghost bottleneck block 3 by 3',
    'two ghost modules, the first widening and the second narrowing the channels, added to the input',
    'The building block of GhostNet',
  ],
  [
    'shuffle block 3 by 3',
    'half of the channels pass a pointwise, a 3 by 3 depthwise and a pointwise convolution, then all channels are shuffled',
    'ShuffleNet V2 balances memory access and work',
  ],
  [
    'shuffle block 5 by 5',
    'a ShuffleNet V2 block with a 5 by 5 depthwise kernel',
    'A choice of the single path one-shot search space',
  ],
  [
    'shuffle block 7 by 7',
    'a ShuffleNet V2 block with a 7 by 7 depthwise kernel',
    'A choice of the single path one-shot search space',
  ],
  [
    'Xception shuffle block 3 by 3',
    'a ShuffleNet V2 block with three depthwise separable convolutions',
    'The deepest choice of the single path one-shot search space',
  ],
  [
    'fire module 3 by 3',
    'a pointwise squeeze followed by parallel 1 by 1 and 3 by 3 convolutions, concatenated',
    'SqueezeNet reaches AlexNet with fifty times fewer weights',
  ],
  [
    'inception block',
    'parallel 1 by 1, 3 by 3 and 5 by 5 convolutions and a max pooling, concatenated',
    'GoogLeNet looks at several scales at once',
  ],
  [
    'dense block layer 3 by 3',
    'a bottleneck and a 3 by 3 convolution whose output is concatenated to the input',
    'Every layer of DenseNet sees all earlier features',
  ],
  [
    'cross stage partial block 3 by 3',
    'half of the channels pass residual bottlenecks, the other half goes around them',
    'CSPNet and the YOLO family avoid duplicate gradients',
  ],
  [
    'Res2Net block 3 by 3',
    'a residual bottleneck whose channels pass a hierarchy of small 3 by 3 filters',
    'It sees several scales within one block',
  ],
  [
    'selective kernel block 3 by 3 and 5 by 5',
    'parallel convolutions of two kernel sizes joined by attention over the branches',
    'SKNet adapts the receptive field to the input',
  ],
  [
    'split attention block 3 by 3',
    'a grouped residual bottleneck that weights its splits by channel attention',
    'ResNeSt joins ResNeXt and selective kernels',
  ],
  [
    'reparameterized block 3 by 3',
    'parallel 3 by 3, 1 by 1 and identity branches that merge into one 3 by 3 convolution after training',
    'RepVGG trains as a multi-branch network and runs as a plain one',
  ],
  [
    'universal inverted bottleneck 3 by 3, expansion 4',
    'an inverted bottleneck with optional depthwise convolutions before and inside the expansion',
    'MobileNetV4 unifies MBConv, ConvNeXt and the feed-forward network in it',
  ],
  [
    'transformer encoder block',
    'multi-head self-attention and a feed-forward network, each after layer normalization and added to its input',
    'The block of vision transformers and language models',
  ],
  [
    'MobileViT block 3 by 3',
    'a 3 by 3 convolution, a transformer over unfolded patches, and a fusing 3 by 3 convolution',
    'It joins local convolution and global attention for mobile devices',
  ],
  [
    'conformer block',
    'self-attention and convolution between two half feed-forward networks',
    'It models global and local dependencies of speech',
  ],
];

export const blocks = operatorsOf('block', [
  ...invertedBottlenecks,
  ...excitedInvertedBottlenecks,
  ...fusedInvertedBottlenecks,
  ...residualBlocks,
  ...residualBottlenecks,
  ...others,
]);
