import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalize, canonicalKey } from '../../src/graph/canonicalize.ts';
import { graphOf, MAX_NODES, type OperatorGraph } from '../../src/graph/operator-graph.ts';
import { validate } from '../../src/graph/validate.ts';
import { errorOf } from './error-of.ts';
import { graphs, relabelled, reorderedGraphs } from './random-graphs.ts';

const keyOf = (graph: OperatorGraph): string => canonicalKey(canonicalize(graph));

const chainOf = (...operators: string[]): OperatorGraph => {
  const nodes = ['input', ...operators, 'output'].map((op, i) => ({ id: `${i}`, op }));
  return graphOf(
    nodes,
    nodes.slice(1).map((_, i): [string, string] => [`${i}`, `${i + 1}`]),
  );
};

describe('canonical graphs', () => {
  test('are valid', () => {
    fc.assert(fc.property(graphs, (graph) => void validate(canonicalize(validate(graph)))));
  });

  test('are canonical already', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const once = canonicalize(graph);
        expect(canonicalize(once)).toEqual(once);
      }),
    );
  });

  test('are equal for a graph written in another order under other names', () => {
    fc.assert(
      fc.property(reorderedGraphs, ({ graph, order }) => {
        expect(keyOf(relabelled(graph, order))).toBe(keyOf(graph));
      }),
      { numRuns: 1_000 },
    );
  });

  test('are equal for a graph with an explicit identity on any of its edges', () => {
    fc.assert(
      fc.property(graphs, fc.nat(), (graph, choice) => {
        const edge = graph.edges[choice % Math.max(1, graph.edges.length)];
        fc.pre(edge !== undefined);
        const { from, to, count } = edge;
        const at = graph.nodes.length;
        const edges = [
          ...graph.edges.filter((other) => other !== edge),
          { from, to: at, count },
          { from: at, to, count: 1 },
        ];
        const explicit = { nodes: [...graph.nodes, { id: 'explicit', op: 'identity' }], edges };
        expect(keyOf(explicit)).toBe(keyOf(graph));
      }),
    );
  });

  test('are equal for a graph with branches that lead nowhere or come from nowhere', () => {
    fc.assert(
      fc.property(graphs, fc.nat(), (graph, choice) => {
        const at = graph.nodes.length;
        const inner = choice % (at - 1);
        const nodes = [
          ...graph.nodes,
          { id: 'to nowhere', op: 'convolution 3 by 3' },
          { id: 'from nowhere', op: 'identity' },
        ];
        const edges = [
          ...graph.edges,
          { from: inner, to: at, count: 1 },
          { from: at + 1, to: at - 1, count: 1 },
        ];
        expect(keyOf({ nodes, edges })).toBe(keyOf(graph));
      }),
    );
  });

  test('count two skips beside each other as an edge of two', () => {
    const nodes = [
      { id: 'in', op: 'input' },
      { id: 'a', op: 'identity' },
      { id: 'b', op: 'identity' },
      { id: 'out', op: 'output' },
    ];
    const graph = graphOf(nodes, [
      ['in', 'a'],
      ['in', 'b'],
      ['a', 'out'],
      ['b', 'out'],
    ]);
    expect(canonicalize(graph).edges).toEqual([{ from: 0, to: 1, count: 2 }]);
  });

  test('multiply counts along a path of skips and stop at one unsigned byte', () => {
    const nodes = ['input', 'identity', 'identity', 'output'].map((op, i) => ({ id: `${i}`, op }));
    const path = (count: number): OperatorGraph => ({
      nodes,
      edges: [0, 1, 2].map((from) => ({ from, to: from + 1, count })),
    });
    expect(canonicalize(path(3)).edges).toEqual([{ from: 0, to: 1, count: 27 }]);
    expect(canonicalize(path(7)).edges).toEqual([{ from: 0, to: 1, count: 255 }]);
  });

  test('keep a skip that strides or changes the width', () => {
    const strided = chainOf('identity');
    const [input, skip, output] = strided.nodes;
    if (input === undefined || skip === undefined || output === undefined) throw new Error('three nodes');
    const keeps = (node: object) =>
      canonicalize({ ...strided, nodes: [input, { ...skip, ...node }, output] }).nodes.length === 3;
    expect([{ stride: 2 }, { channelsOut: 2 }, {}].map(keeps)).toEqual([true, true, false]);
  });

  test('of a disconnected network are its two ends', () => {
    const { nodes, edges } = canonicalize(chainOf('convolution 3 by 3', 'none', 'convolution 3 by 3'));
    expect(nodes.map(({ op }) => op)).toEqual(['input', 'output']);
    expect(edges).toEqual([]);
  });

  test('tell networks apart that differ', () => {
    const different = [
      chainOf('convolution 3 by 3'),
      chainOf('convolution 3 by 3', 'convolution 3 by 3'),
      chainOf('convolution 3 by 3', 'convolution 1 by 1'),
      chainOf('convolution 1 by 1', 'convolution 3 by 3'),
      chainOf(),
    ];
    expect(new Set(different.map(keyOf)).size).toBe(different.length);
  });

  test('tell words apart that hold the separators of the key', () => {
    expect(keyOf(chainOf('a|1|1|1|1|1;b', 'c'))).not.toBe(keyOf(chainOf('a', 'b|1|1|1|1|1;c')));
  });

  test('may have 64 nodes, skips and dead ends not counted', () => {
    const work = (count: number) => new Array<string>(count).fill('convolution 3 by 3');
    const skips = new Array<string>(900).fill('identity');
    expect(canonicalize(chainOf(...work(MAX_NODES - 2), ...skips)).nodes).toHaveLength(MAX_NODES);
    expect(errorOf(() => canonicalize(chainOf(...work(MAX_NODES - 1))))).toMatchObject({
      code: 'graph-too-large',
      position: { pointer: '/nodes' },
    });
  });

  test('of the largest tangle of skips take no longer than a second', () => {
    // 1,000 skips in four lanes, every one feeding the whole next row: 4^250 paths.
    const rows = 250;
    const nodes = [
      { id: 'in', op: 'input' },
      ...Array.from({ length: 4 * rows }, (_, i) => ({ id: `${i}`, op: 'identity' })),
      { id: 'out', op: 'output' },
    ];
    const lane = [1, 2, 3, 4];
    const edges = Array.from({ length: rows + 1 }, (_, row) =>
      (row === 0 ? [0] : lane.map((i) => 4 * (row - 1) + i)).flatMap((from) =>
        (row === rows ? [4 * rows + 1] : lane.map((i) => 4 * row + i)).map((to) => ({ from, to, count: 1 })),
      ),
    ).flat();
    const start = performance.now();
    expect(canonicalize(validate({ nodes, edges })).edges).toEqual([{ from: 0, to: 1, count: 255 }]);
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});
