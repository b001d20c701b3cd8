import { operatorsOf } from './operator.ts';

export const graphLayers = operatorsOf('graph', [
  [
    'graph convolution',
    'averages the features of neighbouring nodes by normalised degrees and projects them',
    'GCN, the first-order spectral filter',
  ],
  [
    'graph attention layer',
    'sums neighbouring nodes weighted by learned attention',
    'GAT tells neighbours apart',
  ],
  [
    'graph isomorphism layer',
    'sums neighbouring nodes and applies a perceptron',
    'GIN is as powerful as the Weisfeiler-Lehman test',
  ],
  [
    'graph sample and aggregate layer',
    'joins a node with an aggregate of sampled neighbours',
    'GraphSAGE works on graphs never seen',
  ],
  [
    'Chebyshev graph convolution',
    'a polynomial spectral filter over several hops',
    'ChebNet needs no eigenvectors',
  ],
  [
    'edge convolution',
    'the maximum of a perceptron over pairs of a node and its neighbours',
    'It learns on point clouds',
  ],
  [
    'message passing layer',
    'sends learned messages along edges and updates each node from their sum',
    'The general form of a graph network',
  ],
  [
    'gated graph layer',
    'a gated recurrent unit updates nodes from their neighbours',
    'Repeated steps spread information far',
  ],
  [
    'simplified graph convolution',
    'several hops of averaging followed by one linear layer',
    'SGC drops the activations',
  ],
  [
    'graph transformer layer',
    'self-attention over nodes with edges as biases',
    'It sees beyond the neighbourhood',
  ],
]);
