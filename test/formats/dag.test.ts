import { describe, expect, test } from 'vitest';
import { dag } from '../../src/formats/dag.ts';
import { canonicalize, canonicalKey } from '../../src/graph/canonicalize.ts';
import { costOf } from '../../src/graph/cost.ts';
import { errorOf } from '../graph/error-of.ts';

const A = { id: 'a', op: '3x3 convolution, batch norm, ReLU' };
const B = { id: 'b', op: 'convolution 1 by 1', stride: 2 };
const keyOf = (value: unknown) => canonicalKey(canonicalize(dag.graph(dag.parse(value))));

describe('a graph in words', () => {
  test('keeps its words', () => {
    const value = {
      nodes: [A],
      edges: [
        ['in', 'a'],
        ['a', 'out'],
      ],
    };
    expect(dag.graph(dag.parse(value)).nodes.map(({ op }) => op)).toEqual(['input', A.op, 'output']);
  });

  test('has ends by either name, listed or not', () => {
    const implied = {
      nodes: [A],
      edges: [
        ['in', 'a'],
        ['a', 'out'],
      ],
    };
    const spelled = {
      nodes: [A],
      edges: [
        ['input', 'a'],
        ['a', 'output'],
      ],
    };
    const listed = {
      nodes: [{ id: 'out', op: 'output' }, A, { id: 'image', op: 'input' }],
      edges: [
        ['image', 'a'],
        ['a', 'out'],
      ],
    };
    expect(keyOf(spelled)).toBe(keyOf(implied));
    expect(keyOf(listed)).toBe(keyOf(implied));
    expect(dag.print(dag.parse(listed))).toBe(dag.print(dag.parse(implied)));
  });

  test('may list nodes in any order', () => {
    const edges = [
      ['in', 'a'],
      ['a', 'b'],
      ['b', 'out'],
    ];
    expect(keyOf({ nodes: [B, A], edges })).toBe(keyOf({ nodes: [A, B], edges }));
  });

  test('counts an edge given twice', () => {
    const { edges } = dag.graph(
      dag.parse({
        nodes: [],
        edges: [
          ['in', 'out'],
          ['in', 'out'],
        ],
      }),
    );
    expect(edges).toEqual([{ from: 0, to: 1, count: 2 }]);
  });

  test('costs what its network says', () => {
    const cost = (network: object) => {
      const parsed = dag.parse({
        nodes: [B],
        edges: [
          ['in', 'b'],
          ['b', 'out'],
        ],
        network,
      });
      return costOf(dag.graph(parsed), dag.skeleton(parsed));
    };
    expect(cost({})).toMatchObject({ params: 64 * 64 + 128, flops: 16 * 16 * (64 * 64 + 3 * 64) });
    expect(cost({ channels: 8, resolution: 4, cells: 3 })).toMatchObject({
      params: 3 * (8 * 8 + 16),
      flops: 3 * 4 * (8 * 8 + 3 * 8),
    });
  });
});

test.each([
  ['an id twice', { nodes: [A, B, A], edges: [] }, 'graph-duplicate-node', '/nodes/2/id'],
  ['an end that works', { nodes: [{ id: 'in', op: 'identity' }], edges: [] }, 'dag-reserved-id', '/nodes/0'],
  ['an input called out', { nodes: [{ id: 'out', op: 'input' }], edges: [] }, 'dag-reserved-id', '/nodes/0'],
  [
    'two inputs',
    {
      nodes: [
        { id: 'x', op: 'input' },
        { id: 'y', op: 'input' },
      ],
      edges: [],
    },
    'graph-input-count',
    '/nodes/1',
  ],
  [
    'an edge to nowhere',
    {
      nodes: [A],
      edges: [
        ['in', 'a'],
        ['a', 'z'],
      ],
    },
    'graph-unknown-node',
    '/edges/1/1',
  ],
  ['an edge into the input', { nodes: [A], edges: [['a', 'in']] }, 'graph-input-edge', '/edges/0'],
  ['an edge out of the output', { nodes: [A], edges: [['out', 'a']] }, 'graph-output-edge', '/edges/0'],
  ['an edge to itself', { nodes: [A], edges: [['a', 'a']] }, 'graph-cycle', '/edges/0'],
  [
    'a cycle',
    {
      nodes: [{ id: 'out', op: 'output' }, A, B],
      edges: [
        ['a', 'b'],
        ['b', 'a'],
      ],
    },
    'graph-cycle',
    '/nodes/1',
  ],
  ['a node without words', { nodes: [{ id: 'a', op: '  ' }], edges: [] }, 'json-shape', '/nodes/0/op'],
  ['a field nobody knows', { nodes: [{ ...A, width: 3 }], edges: [] }, 'json-shape', '/nodes/0'],
  ['an edge of three', { nodes: [A], edges: [['in', 'a', 'out']] }, 'json-shape', '/edges/0'],
  ['a stride of nothing', { nodes: [{ ...A, stride: 0 }], edges: [] }, 'json-shape', '/nodes/0/stride'],
  ['no edges said', { nodes: [A] }, 'json-shape', '/edges'],
])('a graph with %s is refused at its place', (_, value, code, pointer) => {
  expect(errorOf(() => dag.parse(value))).toMatchObject({ code, position: { pointer } });
});

test('a graph has at most 4,096 edges and 1,024 nodes', () => {
  const nodes = Array.from({ length: 1_025 }, (_, i) => ({ id: `${i}`, op: 'identity' }));
  expect(errorOf(() => dag.parse({ nodes, edges: [] })).position.pointer).toBe('/nodes');
  const edges = new Array(4_097).fill(['in', 'out']);
  expect(errorOf(() => dag.parse({ nodes: [], edges })).position.pointer).toBe('/edges');
});
