import type { OperatorGraph, OperatorNode } from '../graph/operator-graph.ts';
import { validate } from '../graph/validate.ts';
import { describe } from '../operators/describe.ts';

/** A stride is the node's, not the operator's: the same weights slide over the map in larger steps. */
const STRIDE = /, stride (\d+)$/;

function describeNode(node: OperatorNode): OperatorNode {
  const words = describe(node.op);
  const stride = STRIDE.exec(words);
  if (stride === null) return words === node.op ? node : { ...node, op: words };
  return { stride: Number(stride[1]), ...node, op: words.slice(0, stride.index) };
}

/**
 * The graph with every operator in canonical words where there are such, whatever words it was written in.
 * A stride in words becomes the node's stride, unless it already has one.
 *
 * @throws ArchitectureError from `describe`, or `graph-*` when the words make a second input or output
 */
export function describeGraph({ nodes, edges }: OperatorGraph): OperatorGraph {
  return validate({ nodes: nodes.map(describeNode), edges });
}
