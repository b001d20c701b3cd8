import { operatorsOf } from './operator.ts';

export const sequences = operatorsOf('sequence', [
  [
    'recurrent layer',
    'a hidden state updated by a linear layer and tanh at every step',
    'The simplest memory',
  ],
  [
    'long short-term memory layer',
    'a recurrent layer with input, forget and output gates around a cell state',
    'Gradients survive long sequences',
  ],
  [
    'bidirectional long short-term memory layer',
    'two LSTM layers, one running backwards, concatenated',
    'Every step sees the past and the future',
  ],
  ['gated recurrent unit layer', 'a recurrent layer with update and reset gates', 'A lighter LSTM'],
  [
    'convolutional long short-term memory layer 3 by 3',
    'an LSTM over images whose gates are 3 by 3 convolutions',
    'It forecasts maps and videos',
  ],
  [
    'extended long short-term memory layer',
    'an LSTM with exponential gates and a matrix memory',
    'xLSTM scales recurrent networks up again',
  ],
  [
    'structured state space layer',
    'a linear state space model run as a long convolution',
    'S4 remembers thousands of steps',
  ],
  [
    'selective state space layer',
    'a state space model whose matrices depend on the input',
    'Mamba chooses what to remember in linear time',
  ],
  [
    'two-dimensional selective scan',
    'selective state space layers run over an image in four directions',
    'Vision Mamba models scan images with it',
  ],
  [
    'retention layer',
    'attention without softmax and with exponential decay, computed recurrently or in parallel',
    'RetNet trains like a transformer and decodes like a recurrent network',
  ],
  [
    'receptance weighted key value layer',
    'a time-mixing recurrence of weighted keys and values',
    'RWKV trains like a transformer and decodes like a recurrent network',
  ],
  [
    'long convolution with gating',
    'implicitly parameterised convolutions as long as the sequence, with multiplicative gates',
    'Hyena replaces attention in subquadratic time',
  ],
  [
    'temporal convolutional block',
    'dilated causal convolutions with a residual connection',
    'A convolutional rival of recurrent layers',
  ],
  [
    'rotary position embedding',
    'rotates queries and keys by angles that grow with the position',
    'Attention depends on relative positions',
  ],
  [
    'position embedding',
    'a learned or sinusoidal vector for each position, added to the tokens',
    'Attention learns the order from it',
  ],
  ['token embedding', 'a table of vectors looked up by token', 'Text becomes vectors'],
  [
    'patch embedding 16 by 16',
    'cuts an image into patches of 16 by 16 pixels and projects each linearly',
    'A vision transformer reads images as tokens',
  ],
  [
    'patch embedding 4 by 4',
    'cuts an image into patches of 4 by 4 pixels and projects each linearly',
    'The stem of hierarchical transformers',
  ],
  [
    'patch merging 2 by 2',
    'joins each 2 by 2 tokens and projects them to twice the channels',
    'Swin Transformer halves the resolution with it',
  ],
]);
