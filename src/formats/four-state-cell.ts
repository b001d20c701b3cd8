import type { Edge, OperatorGraph, OperatorNode } from '../graph/operator-graph.ts';
import { INPUT, OUTPUT } from '../graph/operator-graph.ts';

/**
 * The cells of NAS-Bench-201 and TransNAS-Bench-101: four states, each the sum of one operator on every earlier
 * state. From state to state, in the order in which both benchmarks write them: by target.
 */
export const FOUR_STATE_EDGES = [
  [0, 1],
  [0, 2],
  [1, 2],
  [0, 3],
  [1, 3],
  [2, 3],
] as const;

const LAST_STATE = 3;
const INPUT_NODE: OperatorNode = { id: 'input', op: INPUT };
const OUTPUT_NODE: OperatorNode = { id: 'output', op: OUTPUT };

/** The operator on (i, j) feeds every operator on (j, k): the same in every cell. Node 0 is the input. */
const FLOW: readonly Edge[] = FOUR_STATE_EDGES.flatMap(([from, to], i) => {
  const after = FOUR_STATE_EDGES.flatMap(([start], k) => (start === to ? [k + 1] : []));
  return [
    ...(from === 0 ? [{ from: 0, to: i + 1, count: 1 }] : []),
    ...after.map((k) => ({ from: i + 1, to: k, count: 1 })),
    ...(to === LAST_STATE ? [{ from: i + 1, to: FOUR_STATE_EDGES.length + 1, count: 1 }] : []),
  ];
});

/**
 * The cell in line graph manner: operators are the nodes, states the edges between them.
 *
 * @param operators one for each of {@link FOUR_STATE_EDGES}
 */
export const fourStateGraph = (operators: readonly OperatorNode[]): OperatorGraph => ({
  nodes: [INPUT_NODE, ...operators, OUTPUT_NODE],
  edges: FLOW,
});
