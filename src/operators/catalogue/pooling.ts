import { type Listed, operatorsOf } from './operator.ts';

const KERNELS = [1, 2, 3, 4, 5, 6, 7];

const local: readonly Listed[] = KERNELS.flatMap((k): Listed[] => [
  [
    `max pooling ${k} by ${k}`,
    `the largest value of each ${k} by ${k} window of a channel`,
    'It has no weights and keeps the strongest responses',
  ],
  [
    `average pooling ${k} by ${k}`,
    `the mean value of each ${k} by ${k} window of a channel`,
    'It has no weights and smooths the features',
  ],
]);

const others: readonly Listed[] = [
  [
    'global average pooling',
    'the mean of each channel over all pixels',
    'One number a channel is left for the classifier',
  ],
  ['global max pooling', 'the largest value of each channel over all pixels', 'One number a channel is left'],
  [
    'adaptive average pooling',
    'average pooling to a given output size',
    'Window sizes follow from the input size',
  ],
  ['adaptive max pooling', 'max pooling to a given output size', 'Window sizes follow from the input size'],
  ['Lp pooling 2 by 2', 'the p-norm of each 2 by 2 window', 'It lies between average and max pooling'],
  ['Lp pooling 3 by 3', 'the p-norm of each 3 by 3 window', 'It lies between average and max pooling'],
  ['min pooling 3 by 3', 'the smallest value of each 3 by 3 window', 'It keeps the weakest responses'],
  [
    'stochastic pooling 3 by 3',
    'a value of each 3 by 3 window drawn in proportion to its size',
    'The randomness regularises training',
  ],
  [
    'mixed pooling 3 by 3',
    'a mixture of max and average pooling over 3 by 3 windows',
    'The mixing weight is random or learned',
  ],
  [
    'soft pooling 2 by 2',
    'a softmax-weighted sum of each 2 by 2 window',
    'It keeps more information than max pooling',
  ],
  [
    'fractional max pooling',
    'max pooling over windows that shrink the map by a fraction',
    'The resolution falls more gently than by half',
  ],
  [
    'generalized mean pooling',
    'the generalised mean of each channel over all pixels, with a learned exponent',
    'Image retrieval uses it',
  ],
  [
    'blur pooling 3 by 3',
    'a low-pass filter followed by subsampling',
    'It makes strided networks shift-invariant',
  ],
  [
    'spatial pyramid pooling',
    'max pooling at several window sizes, concatenated',
    'It joins context of several scales',
  ],
  [
    'atrous spatial pyramid pooling',
    'parallel dilated convolutions at several rates and a global pooling, concatenated',
    'DeepLab sees several scales with it',
  ],
  [
    'attention pooling',
    'a weighted mean of all positions, weighted by learned attention',
    'The network chooses what to look at',
  ],
];

export const pooling = operatorsOf('pooling', [...local, ...others]);
