/** Canonical words, short enough for a node or an edge. */

const FAMILIES: readonly (readonly [RegExp, string])[] = [
  [/^(input|output)$/, 'end'],
  [/^(none|absent)$/, 'none'],
  [/^identity$/, 'identity'],
  [/pooling|reduction/, 'pooling'],
  [/attention|feed-forward|transformer|token/, 'attention'],
  [/conv|bottleneck/, 'convolution'],
];

/** What an operator is coloured by. */
export const familyOf = (op: string): string => FAMILIES.find(([words]) => words.test(op))?.[1] ?? 'other';

export const shortName = (op: string): string =>
  op
    .replace(/(\d+) by (\d+)/g, '$1×$2')
    .replace('dilated separable convolution', 'dil sep conv')
    .replace('inverted bottleneck convolution', 'MBConv')
    .replace('depthwise convolution', 'dw conv')
    .replace('separable convolution', 'sep conv')
    .replace('squeeze and excitation', 'SE')
    .replace(/convolution/, 'conv')
    .replace('average pooling', 'avg pool')
    .replace('max pooling', 'max pool')
    .replace(/^identity$/, 'skip');
