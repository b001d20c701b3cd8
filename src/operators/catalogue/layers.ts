import { type Operator, operatorsOf } from './operator.ts';

const normalizations = operatorsOf('normalization', [
  [
    'batch normalization',
    'standardises each channel over the batch and all pixels',
    'Learned scale and shift follow; statistics are frozen after training',
  ],
  [
    'layer normalization',
    'standardises all channels of each example or token',
    'It does not depend on the batch',
  ],
  ['group normalization', 'standardises groups of channels of each example', 'It works with small batches'],
  [
    'instance normalization',
    'standardises each channel of each example',
    'It removes contrast, as style transfer wants',
  ],
  [
    'root mean square normalization',
    'divides all channels of a token by their root mean square',
    'A cheaper layer normalization without centring',
  ],
  [
    'weight normalization',
    'separates the length of weight vectors from their direction',
    'It speeds up training without batch statistics',
  ],
  [
    'spectral normalization',
    'divides weights by their largest singular value',
    'It bounds the Lipschitz constant of a layer',
  ],
  [
    'local response normalization',
    'divides each response by those of neighbouring channels',
    'AlexNet imitated lateral inhibition with it',
  ],
  [
    'global response normalization',
    'rescales channels by their relative global norm',
    'Channels compete, which keeps features diverse',
  ],
]);

const activations = operatorsOf('activation', [
  [
    'ReLU activation',
    'the positive part of each value',
    'Cheap, and its gradient does not vanish on the positive side',
  ],
  [
    'ReLU6 activation',
    'the positive part of each value, cut at six',
    'The bound suits low-precision arithmetic',
  ],
  [
    'leaky ReLU activation',
    'the value where positive, a small multiple of it where negative',
    'No unit dies',
  ],
  [
    'PReLU activation',
    'a leaky rectifier with a learned negative slope',
    'The slope is learned for each channel',
  ],
  ['ELU activation', 'an exponential curve for negative values', 'Mean activations move towards zero'],
  [
    'SELU activation',
    'a scaled exponential linear unit',
    'Activations normalise themselves through the layers',
  ],
  [
    'GELU activation',
    'the value times the Gaussian probability of lying below it',
    'The usual choice of transformers',
  ],
  [
    'SiLU activation',
    'the value times its sigmoid, also called swish',
    'Smooth and not monotonic; EfficientNet uses it',
  ],
  [
    'hard swish activation',
    'a piecewise linear approximation of swish',
    'MobileNetV3 uses it on mobile devices',
  ],
  ['mish activation', 'the value times the tanh of its softplus', 'A smooth rectifier close to swish'],
  ['sigmoid activation', 'squashes values into zero to one', 'It serves as a gate or probability'],
  [
    'hard sigmoid activation',
    'a piecewise linear approximation of the sigmoid',
    'Cheap gates for mobile devices',
  ],
  ['tanh activation', 'squashes values into minus one to one', 'Recurrent networks use it'],
  ['softplus activation', 'a smooth version of the rectifier', 'It is positive everywhere'],
  ['softmax', 'turns values into shares that sum to one', 'It makes probabilities or attention weights'],
]);

const dense = operatorsOf('mixing', [
  ['linear layer', 'a fully connected layer of weights and biases', 'Every output sees every input channel'],
  [
    'feed-forward network',
    'two linear layers with an activation between them, four times as wide inside',
    'The part of a transformer that works on each token alone',
  ],
  [
    'feed-forward network, expansion 2',
    'two linear layers with an activation between them, twice as wide inside',
    'A narrow feed-forward part of a transformer',
  ],
  [
    'gated linear unit',
    'one linear layer multiplied by the sigmoid of another',
    'The gate chooses what passes',
  ],
  [
    'GELU gated linear unit',
    'one linear layer multiplied by the GELU of another',
    'GEGLU replaces the feed-forward part of a transformer',
  ],
  [
    'SiLU gated linear unit',
    'one linear layer multiplied by the swish of another',
    'SwiGLU is the feed-forward part of current language models',
  ],
  [
    'token mixing multilayer perceptron',
    'a two-layer perceptron across positions, the same for every channel',
    'MLP-Mixer replaces attention with it',
  ],
  [
    'channel mixing multilayer perceptron',
    'a two-layer perceptron across channels, the same for every position',
    'The other half of MLP-Mixer',
  ],
  [
    'gated multilayer perceptron',
    'a perceptron with a spatial gate across positions',
    'gMLP does without attention',
  ],
  [
    'Fourier token mixing',
    'a Fourier transform over tokens and channels',
    'FNet mixes tokens without any weights',
  ],
  [
    'pooling token mixer 3 by 3',
    'average pooling minus the input as the only exchange between tokens',
    'PoolFormer shows that the frame of a transformer matters most',
  ],
  [
    'global filter layer',
    'a learned filter in the frequency domain',
    'GFNet mixes all positions in log-linear time',
  ],
  [
    'convolutional token mixer 3 by 3',
    'a 3 by 3 depthwise convolution in the place of attention',
    'A transformer block with local mixing',
  ],
  [
    'shift operation',
    'moves groups of channels by a pixel in several directions',
    'Spatial mixing without weights or work',
  ],
  [
    'mixture of experts, 8 experts',
    'a router sends each token to a few of 8 feed-forward networks',
    'Capacity grows while the work stays',
  ],
  [
    'Kolmogorov-Arnold layer',
    'a learned spline on every connection instead of a weight',
    'Activation functions are learned on the edges',
  ],
]);

export const layers: readonly Operator[] = [...normalizations, ...activations, ...dense];
