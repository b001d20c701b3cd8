/**
 * OperatorGraph -> the tensors that the network reads. Everything here is a small integer, so that training,
 * ONNX Runtime and the kernel start from the same numbers to the last bit.
 */

import { layersOf } from '../graph/anatomy.ts';
import { layerCost } from '../graph/cost.ts';
import type { OperatorGraph, OperatorNode } from '../graph/operator-graph.ts';

/** Numbers of an operator's vector: the sentence embedding's first principal components. */
export const VECTOR_SIZE = 64;
/** What stands beside the vector in a node's features, in this order. */
export const STRUCTURE_FEATURES = [
  'width',
  'widening',
  'resolution',
  'stride',
  'repeat',
  'weights',
  'levelFromInput',
  'levelToOutput',
] as const;
export const NODE_FEATURES = VECTOR_SIZE + STRUCTURE_FEATURES.length;
/** One unit of a structure feature in int8 steps: logarithms to base 2 and levels are kept to a sixteenth. */
export const STRUCTURE_STEP = 1 / 16;
/** One int8 step of an operator vector. Components of unit vectors, centred, stay within +-0.8. */
export const VECTOR_STEP = 0.8 / 127;

const clip = (value: number): number => Math.max(-127, Math.min(127, Math.round(value)));

/** An operator's numbers as int8 in steps of {@link VECTOR_STEP}. */
export function quantizeVector(vector: ArrayLike<number>): Int8Array {
  return Int8Array.from(vector, (value) => clip(value / VECTOR_STEP));
}

const inSteps = (value: number): number => clip(value / STRUCTURE_STEP);
/** Most strides, repeats and widenings are 1. */
const log2InSteps = (value: number): number => (value === 1 ? 0 : inSteps(Math.log2(value)));

const weightsOf = new Map<string, number>();

/**
 * log2(1 + weights per pair of input and output channels): 1 for a 1 by 1 convolution, 3.3 for a 3 by 3, 0 for
 * words that tell nothing.
 */
function weightDensity(op: string): number {
  const known = weightsOf.get(op);
  if (known !== undefined) return known;
  const channels = 64;
  const layers = layersOf(op, { channelsIn: channels, channelsOut: channels, side: 8, stride: 1 }) ?? [];
  const weights = layers.reduce((sum, layer) => sum + layerCost(layer).params, 0);
  const density = Math.log2(1 + weights / (channels * channels));
  if (weightsOf.size < 10_000) weightsOf.set(op, density);
  return density;
}

/** Writes the structure features of one node, weighed as `op` is, in the order of {@link STRUCTURE_FEATURES}. */
function writeStructure(
  features: Int8Array,
  at: number,
  { channelsIn = 1, channelsOut = 1, resolution = 1, stride = 1, repeat = 1 }: OperatorNode,
  op: string,
  fromInput: number,
  toOutput: number,
): void {
  features[at] = log2InSteps(channelsOut);
  features[at + 1] = log2InSteps(channelsOut / channelsIn);
  features[at + 2] = log2InSteps(resolution);
  features[at + 3] = log2InSteps(stride);
  features[at + 4] = log2InSteps(repeat);
  features[at + 5] = inSteps(weightDensity(op));
  features[at + 6] = inSteps(Math.min(fromInput, 15) / 2);
  features[at + 7] = inSteps(Math.min(toOutput, 15) / 2);
}

/** One graph's tensors. */
export interface EncodedGraph {
  readonly nodes: number;
  /** Row-major [nodes, NODE_FEATURES]: the vector, then the structure features. */
  readonly features: Int8Array;
  /** Row-major [nodes, nodes]: entry [to, from] counts the paths from one node into the other. */
  readonly adjacency: Uint8Array;
}

/**
 * Encodes a canonical graph (its edges point from lower to higher index).
 *
 * @param vectorOf the operator's int8 vector: {@link VECTOR_SIZE} numbers, for a network that takes as many
 * @param kinOf the operator that it is weighed as: itself, or for unheard-of words the nearest whose layers are known
 */
export function encode(
  graph: OperatorGraph,
  vectorOf: (op: string) => Int8Array,
  kinOf: (op: string) => string = (op) => op,
): EncodedGraph {
  const { nodes, edges } = graph;
  const n = nodes.length;
  const [first] = nodes;
  const vectorSize = first === undefined ? VECTOR_SIZE : vectorOf(first.op).length;
  const width = vectorSize + STRUCTURE_FEATURES.length;
  const features = new Int8Array(n * width);
  const adjacency = new Uint8Array(n * n);
  // Longest paths: canonical edges are sorted by source, and sources stand in level order, so that one sweep
  // there and one back settle them.
  const fromInput = new Array<number>(n).fill(0);
  const toOutput = new Array<number>(n).fill(0);
  for (const { from, to, count } of edges) {
    adjacency[to * n + from] = count;
    fromInput[to] = Math.max(fromInput[to] ?? 0, (fromInput[from] ?? 0) + 1);
  }
  for (let i = edges.length - 1; i >= 0; i--) {
    const { from = 0, to = 0 } = edges[i] ?? {};
    toOutput[from] = Math.max(toOutput[from] ?? 0, (toOutput[to] ?? 0) + 1);
  }
  nodes.forEach((node, i) => {
    features.set(vectorOf(node.op), i * width);
    const at = i * width + vectorSize;
    writeStructure(features, at, node, kinOf(node.op), fromInput[i] ?? 0, toOutput[i] ?? 0);
  });
  return { nodes: n, features, adjacency };
}
