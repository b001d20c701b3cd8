import { graphOf, INPUT, type OperatorGraph, type OperatorNode, OUTPUT } from '../graph/operator-graph.ts';

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
