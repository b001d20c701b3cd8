import { describe, expect, test } from 'vitest';
import { costOf, depthOf, type Skeleton } from '../../src/graph/cost.ts';
import { graphOf, type OperatorNode } from '../../src/graph/operator-graph.ts';

const cell = (...inner: Omit<OperatorNode, 'id'>[]) => {
  const nodes = [{ op: 'input' }, ...inner, { op: 'output' }].map((node, i) => ({ id: `${i}`, ...node }));
  return graphOf(
    nodes,
    nodes.slice(1).map((_, i): [string, string] => [`${i}`, `${i + 1}`]),
  );
};
const one = (channels: number, side: number): Skeleton => ({
  fixed: [],
  stages: [{ cells: 1, channelsIn: channels, channels, side }],
});

describe('cost', () => {
  test('of a convolution is its weights, its normalisation and its multiply-adds', () => {
    const { params, flops } = costOf(cell({ op: 'convolution 3 by 3' }), one(8, 4));
    expect(params).toBe(9 * 8 * 8 + 2 * 8);
    expect(flops).toBe(16 * (9 * 8 * 8 + 2 * 8 + 8));
  });

  test('follows width, stride and repeats of the node', () => {
    const stage = cell({ op: 'convolution 1 by 1', channelsIn: 1, channelsOut: 2, stride: 2, repeat: 3 });
    const { params, flops } = costOf(stage, one(8, 4));
    expect(params).toBe(8 * 16 + 2 * 16 + 2 * (16 * 16 + 2 * 16));
    expect(flops).toBe(4 * (8 * 16 + 3 * 16 + 2 * (16 * 16 + 3 * 16)));
  });

  test('of cells of several kinds is counted stage by stage', () => {
    const [, node] = cell({ op: 'convolution 1 by 1' }).nodes;
    const stages = [
      { cells: 2, channelsIn: 4, channels: 4, side: 1, nodes: node === undefined ? [] : [node] },
    ];
    expect(costOf(cell({ op: 'separable convolution 5 by 5' }), { fixed: [], stages }).params).toBe(
      2 * (4 * 4 + 2 * 4),
    );
  });

  test('names the operators whose words do not tell it, and takes them for free', () => {
    const cost = costOf(cell({ op: 'warp drive' }, { op: 'identity' }), one(8, 4));
    expect(cost).toEqual({
      params: 0,
      flops: 0,
      depth: 0,
      operators: { 'warp drive': 1, identity: 1 },
      unknown: ['warp drive'],
    });
  });

  test('is the same whoever asked before', () => {
    const ask = (groups: number) =>
      costOf(cell({ op: `grouped convolution 3 by 3, ${groups} groups` }), one(8, 4)).params;
    expect([ask(2), ask(4), ask(2)]).toEqual([288 + 16, 144 + 16, 288 + 16]);
  });
});

test('depth counts the weight layers of the longest path', () => {
  const nodes = [
    'input',
    'output',
    'convolution 3 by 3',
    'separable convolution 3 by 3',
    'max pooling 3 by 3',
  ].map((op) => ({ id: op, op }));
  const path = (...ids: string[]) => ids.slice(1).map((id, i): [string, string] => [ids[i] ?? '', id]);
  const edges = [
    ...path('input', 'convolution 3 by 3', 'max pooling 3 by 3', 'output'),
    ...path('convolution 3 by 3', 'separable convolution 3 by 3', 'output'),
  ];
  // A separable convolution is two depthwise and two pointwise layers.
  expect(depthOf(graphOf(nodes, edges))).toBe(5);
});
