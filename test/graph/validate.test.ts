import { describe, expect, test } from 'vitest';
import type { OperatorGraph, OperatorNode } from '../../src/graph/operator-graph.ts';
import { topologicalOrder, validate } from '../../src/graph/validate.ts';
import { errorOf } from './error-of.ts';

const IN: OperatorNode = { id: 'in', op: 'input' };
const OUT: OperatorNode = { id: 'out', op: 'output' };
const work = (id: string): OperatorNode => ({ id, op: 'convolution 3 by 3' });

const graph = (nodes: readonly OperatorNode[], ...edges: [number, number][]): OperatorGraph => ({
  nodes,
  edges: edges.map(([from, to]) => ({ from, to, count: 1 })),
});

describe('a graph that the house carries', () => {
  test.each([
    ['two nodes of one id', 'graph-duplicate-node', '/nodes/2/id', graph([IN, work('a'), work('a'), OUT])],
    [
      'a node without an operator',
      'graph-empty-operator',
      '/nodes/1/op',
      graph([IN, { id: 'a', op: ' ' }, OUT]),
    ],
    ['no input', 'graph-input-count', '/nodes', graph([work('a'), OUT])],
    ['two outputs', 'graph-output-count', '/nodes', graph([IN, OUT, { id: 'o', op: 'output' }])],
    ['an edge to nowhere', 'graph-unknown-node', '/edges/0/1', graph([IN, OUT], [0, 7])],
    ['an edge from nowhere', 'graph-unknown-node', '/edges/0/0', graph([IN, OUT], [-1, 1])],
    ['an edge to itself', 'graph-cycle', '/edges/0', graph([IN, work('a'), OUT], [1, 1])],
    ['a cycle', 'graph-cycle', '/nodes/1', graph([IN, work('a'), work('b'), OUT], [1, 2], [2, 1])],
    ['an edge into the input', 'graph-input-edge', '/edges/0', graph([IN, work('a'), OUT], [1, 0])],
    ['an edge out of the output', 'graph-output-edge', '/edges/0', graph([IN, work('a'), OUT], [2, 1])],
    [
      'more than 1,024 nodes',
      'graph-too-many-nodes',
      '/nodes',
      graph(Array.from({ length: 1_025 }, () => IN)),
    ],
  ])('has not %s', (_, code, pointer, wrong) => {
    expect(errorOf(() => validate(wrong))).toMatchObject({ code, position: { pointer } });
  });

  test('has edges counted in whole numbers', () => {
    const edges = [{ from: 0, to: 1, count: 0.5 }];
    expect(errorOf(() => validate({ nodes: [IN, OUT], edges })).code).toBe('graph-bad-count');
  });

  test('has at most 4,096 edges', () => {
    const edges = Array.from({ length: 4_097 }, () => ({ from: 0, to: 1, count: 1 }));
    expect(errorOf(() => validate({ nodes: [IN, OUT], edges })).code).toBe('graph-too-many-edges');
  });

  test('comes back unchanged', () => {
    const sound = graph([IN, work('a'), OUT], [0, 1], [1, 2]);
    expect(validate(sound)).toBe(sound);
  });
});

test('a topological order takes the lowest of the nodes that are ready', () => {
  expect(topologicalOrder(graph([OUT, work('a'), IN, work('b')], [2, 3], [2, 1], [1, 0], [3, 0]))).toEqual([
    2, 1, 3, 0,
  ]);
});
