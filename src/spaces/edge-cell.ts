import type { Stage } from '../graph/cost.ts';
import { graphOf, INPUT, type OperatorGraph, type OperatorNode, OUTPUT } from '../graph/operator-graph.ts';
import type { Network, Subspace } from './space.ts';

/** Operators between two summed states of a cell. */
export interface CellEdge {
  readonly from: string;
  readonly to: string;
  /** Side by side: one in an architecture, several in a supernet. */
  readonly operators: readonly OperatorNode[];
}

/**
 * The graph of a cell with operators on its edges: an operator on (i, j) feeds every operator on (j, k).
 *
 * @param source the state that is the cell's input
 * @param sink the state that is its output
 */
export function edgeCellGraph(edges: readonly CellEdge[], source: string, sink: string): OperatorGraph {
  const flow: [from: string, to: string][] = [];
  for (const { from, to, operators } of edges) {
    const next = edges.flatMap((edge) => (edge.from === to ? edge.operators : []));
    for (const { id } of operators) {
      if (from === source) flow.push([INPUT, id]);
      for (const after of next) flow.push([id, after.id]);
      if (to === sink) flow.push([id, OUTPUT]);
    }
  }
  const nodes = edges.flatMap(({ operators }) => operators);
  return graphOf([{ id: INPUT, op: INPUT }, ...nodes, { id: OUTPUT, op: OUTPUT }], flow);
}

/**
 * The supernet of a benchmark's cells: one slot an edge, the same choices on each, all open ones side by side.
 * What a node is depends on its own slot alone, so that it can be taken from the network that makes the same
 * choice everywhere.
 *
 * @param edges from state 0 to the highest
 * @param uniform the network that makes one choice in every slot; its nodes are the input, one an edge, the output
 */
export function edgeCellSupernet(
  edges: readonly (readonly [from: number, to: number])[],
  open: Subspace,
  uniform: (choice: number) => Network,
): Network {
  const networks = new Map<number, Network>();
  const networkOf = (choice: number): Network => {
    const network = networks.get(choice) ?? uniform(choice);
    networks.set(choice, network);
    return network;
  };
  const sideBySide = (slot: number, nodesOf: (network: Network) => readonly OperatorNode[] | undefined) =>
    (open[slot] ?? []).flatMap((choice): OperatorNode[] => {
      const node = nodesOf(networkOf(choice))?.[slot];
      return node === undefined ? [] : [{ ...node, id: `${node.id}-${choice}` }];
    });
  const graph = edgeCellGraph(
    edges.map(([from, to], slot) => ({
      from: `${from}`,
      to: `${to}`,
      operators: sideBySide(slot, (network) => network.graph.nodes.slice(1, -1)),
    })),
    '0',
    `${Math.max(...edges.map(([, to]) => to))}`,
  );
  const { skeleton } = networkOf(0);
  const stages = skeleton.stages.map((stage, i): Stage => {
    if (stage.nodes === undefined) return stage;
    const nodes = edges.flatMap((_, slot) =>
      sideBySide(slot, (network) => network.skeleton.stages[i]?.nodes),
    );
    return { ...stage, nodes };
  });
  return { graph, skeleton: { ...skeleton, stages } };
}
