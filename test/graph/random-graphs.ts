import fc from 'fast-check';
import type { OperatorGraph, OperatorNode } from '../../src/graph/operator-graph.ts';

const OPERATORS = ['convolution 3 by 3', 'convolution 1 by 1', 'max pooling 3 by 3', 'identity', 'none'];

/** Valid graphs of up to seven inner nodes; edges lead forward, most nodes are connected. */
export const graphs: fc.Arbitrary<OperatorGraph> = fc
  .array(fc.record({ op: fc.constantFrom(...OPERATORS), stride: fc.constantFrom(1, 1, 1, 2) }), {
    maxLength: 7,
  })
  .chain((inner) => {
    const nodes: OperatorNode[] = [
      { id: 'in', op: 'input' },
      ...inner.map((node, i) => ({ id: `n${i}`, ...node })),
      { id: 'out', op: 'output' },
    ];
    const pairs = nodes.flatMap((_, from) => nodes.flatMap((_, to) => (from < to ? [{ from, to }] : [])));
    return fc
      .array(fc.constantFrom(0, 0, 1, 1, 2), { minLength: pairs.length, maxLength: pairs.length })
      .map((counts) => ({
        nodes,
        edges: pairs.flatMap((pair, i) => ((counts[i] ?? 0) > 0 ? [{ ...pair, count: counts[i] ?? 1 }] : [])),
      }));
  });

/** The same graph written down in another order and under other names. */
export function relabelled(graph: OperatorGraph, order: readonly number[]): OperatorGraph {
  const place = new Map(order.map((at, i) => [at, i]));
  return {
    nodes: order.flatMap((at, i) => {
      const node = graph.nodes[at];
      return node === undefined ? [] : [{ ...node, id: `other ${i}` }];
    }),
    edges: [...graph.edges]
      .reverse()
      .map(({ from, to, count }) => ({ from: place.get(from) ?? 0, to: place.get(to) ?? 0, count })),
  };
}

/** A graph together with an order of its nodes. */
export const reorderedGraphs = graphs.chain((graph) =>
  fc.record({
    graph: fc.constant(graph),
    order: fc.shuffledSubarray(
      graph.nodes.map((_, i) => i),
      { minLength: graph.nodes.length },
    ),
  }),
);
