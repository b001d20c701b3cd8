/**
 * The one internal language: a directed acyclic graph of operators named in words. Formats produce it, spaces
 * sample it, the predictor reads it, the page draws it.
 */

/** What an operator node does and, where the space says so, how large the tensor through it is. */
export interface OperatorNode {
  /** Unique within the graph. */
  readonly id: string;
  /** The operator in words: a canonical description such as `convolution 3 by 3`, or free text. */
  readonly op: string;
  /** Channels entering and leaving, as multiples of the cell's width. Default 1. */
  readonly channelsIn?: number;
  readonly channelsOut?: number;
  /** Side length of the node's input, as a multiple of the resolution at the graph's input. Default 1. */
  readonly resolution?: number;
  /** Spatial stride. Default 1; a fraction upsamples. */
  readonly stride?: number;
  /** Consecutive copies of this operator, the first of which has the stride. Default 1. */
  readonly repeat?: number;
}

/** Data flow from node index to node index. Several paths between the same two nodes are one edge of count > 1. */
export interface Edge {
  readonly from: number;
  readonly to: number;
  /** Number of parallel identity paths, 1..{@link MAX_EDGE_COUNT}. Inputs of a node are summed. */
  readonly count: number;
}

export interface OperatorGraph {
  readonly nodes: readonly OperatorNode[];
  readonly edges: readonly Edge[];
}

/** Operator words with a meaning to the graph itself rather than to the predictor alone. */
export const INPUT = 'input';
export const OUTPUT = 'output';
export const IDENTITY = 'identity';
export const NONE = 'none';

/** Limits on a graph after canonicalisation; the predictor's tensors are sized by them. */
export const MAX_NODES = 64;
export const MAX_EDGES = 4_096;
/** Limit on the nodes of a graph as written, before identities and dead ends are removed. */
export const MAX_RAW_NODES = 1_024;
/** Parallel paths beyond this saturate: the count stays one unsigned byte. */
export const MAX_EDGE_COUNT = 255;

/** Builds a graph from `[from, to]` id pairs, counting repeated pairs. Ids must exist: checked by `validate`. */
export function graphOf(
  nodes: readonly OperatorNode[],
  edges: Iterable<readonly [from: string, to: string]>,
): OperatorGraph {
  const index = new Map(nodes.map((node, i) => [node.id, i]));
  const counts = new Map<number, number>();
  for (const [from, to] of edges) {
    const key = (index.get(from) ?? -1) * MAX_RAW_NODES + (index.get(to) ?? -1);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return {
    nodes,
    edges: [...counts].map(([key, count]) => ({
      from: Math.floor(key / MAX_RAW_NODES),
      to: key % MAX_RAW_NODES,
      count: Math.min(count, MAX_EDGE_COUNT),
    })),
  };
}
