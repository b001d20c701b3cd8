import { operatorsOf } from './operator.ts';

export const attention = operatorsOf('attention', [
  [
    'multi-head self-attention',
    'every token gathers from all others, weighted by similarity, in several heads',
    'The core of the transformer; its work grows with the square of the tokens',
  ],
  [
    'self-attention',
    'every token gathers from all others, weighted by similarity',
    'Queries, keys and values come from the same sequence',
  ],
  [
    'cross-attention',
    'tokens of one sequence gather from those of another',
    'Decoders read the encoder with it',
  ],
  [
    'causal self-attention',
    'every token gathers from itself and earlier ones only',
    'Language models predict the next token with it',
  ],
  [
    'multi-query attention',
    'self-attention whose heads share one set of keys and values',
    'It saves memory while decoding',
  ],
  [
    'grouped-query attention',
    'self-attention whose heads share keys and values in groups',
    'A compromise of multi-head and multi-query attention',
  ],
  [
    'window self-attention 7 by 7',
    'self-attention within windows of 7 by 7 tokens',
    'The work grows linearly with the image',
  ],
  [
    'shifted window self-attention 7 by 7',
    'window attention on windows moved by half their size',
    'Swin Transformer connects neighbouring windows with it',
  ],
  [
    'neighborhood self-attention 7 by 7',
    'each token attends to the 7 by 7 tokens around it',
    'A sliding window keeps translation equivariance',
  ],
  [
    'axial self-attention',
    'self-attention along rows, then along columns',
    'It sees the whole image at the cost of lines',
  ],
  [
    'criss-cross attention',
    'each pixel attends to its row and column',
    'Applied twice it sees the whole image',
  ],
  [
    'linear attention',
    'attention with a kernel feature map in place of softmax',
    'The work grows linearly with the tokens',
  ],
  [
    'sparse self-attention',
    'self-attention over a fixed sparse pattern of tokens',
    'Long sequences become affordable',
  ],
  [
    'spatial reduction attention',
    'self-attention with keys and values at a lower resolution',
    'Pyramid vision transformers save work with it',
  ],
  [
    'deformable attention',
    'attention to a few sampling points at learned offsets',
    'Detection transformers converge faster with it',
  ],
  [
    'talking-heads attention',
    'self-attention whose heads exchange their weights linearly',
    'Heads are mixed before and after the softmax',
  ],
  [
    'external attention',
    'attention to two small learned memories',
    'Two linear layers replace self-attention',
  ],
  [
    'large kernel attention',
    'a gate from a depthwise, a dilated depthwise and a pointwise convolution',
    'The visual attention network decomposes a large kernel',
  ],
  [
    'squeeze and excitation',
    'reweights channels by a small network on their global averages',
    'Channel attention for a few more weights',
  ],
  [
    'efficient channel attention',
    'reweights channels by a one-dimensional convolution over their global averages',
    'Channel attention with a handful of weights',
  ],
  [
    'convolutional block attention module',
    'channel attention followed by spatial attention',
    'CBAM says what and where to look',
  ],
  [
    'spatial attention 7 by 7',
    'reweights pixels by a 7 by 7 convolution over pooled channels',
    'The spatial half of CBAM',
  ],
  [
    'bottleneck attention module',
    'channel and spatial attention in parallel',
    'BAM stands at the bottlenecks of a network',
  ],
  [
    'coordinate attention',
    'channel attention from averages along rows and along columns',
    'It keeps positions, at the cost of mobile networks',
  ],
  [
    'non-local block',
    'every pixel gathers from all others, added to the input',
    'Self-attention for convolutional networks',
  ],
  [
    'global context block',
    'one attention-pooled context vector added to every pixel',
    'A cheaper non-local block',
  ],
  [
    'simple attention module',
    'weights each neuron by an energy function without parameters',
    'SimAM has no weights at all',
  ],
]);
