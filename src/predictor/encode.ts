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

const weightsOf = new Map<string, number>();

/** log2(1 + weights per pair of input and output channels): 1 for a 1 by 1 convolution, 3.3 for a 3 by 3, 0 for words that tell nothing. */
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

/** Longest distance of every node from the start, along edges that all point forward. */
function levels(count: number, edges: readonly { from: number; to: number }[]): Int32Array {
  const level = new Int32Array(count);
  for (const { from, to } of edges) level[to] = Math.max(level[to] ?? 0, (level[from] ?? 0) + 1);
  return level;
}

/** int8 structure features of one node, weighed as `op` is, in the order of {@link STRUCTURE_FEATURES}. */
function structureOf(node: OperatorNode, op: string, fromInput: number, toOutput: number): number[] {
  const { channelsIn = 1, channelsOut = 1, resolution = 1, stride = 1, repeat = 1 } = node;
  return [
    inSteps(Math.log2(channelsOut)),
    inSteps(Math.log2(channelsOut / channelsIn)),
    inSteps(Math.log2(resolution)),
    inSteps(Math.log2(stride)),
    inSteps(Math.log2(repeat)),
    inSteps(weightDensity(op)),
    inSteps(Math.min(fromInput, 15) / 2),
    inSteps(Math.min(toOutput, 15) / 2),
  ];
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
  const n = graph.nodes.length;
  const vectors = graph.nodes.map(({ op }) => vectorOf(op));
  const vectorSize = vectors[0]?.length ?? VECTOR_SIZE;
  const width = vectorSize + STRUCTURE_FEATURES.length;
  const features = new Int8Array(n * width);
  const adjacency = new Uint8Array(n * n);
  // Canonical edges are sorted by source; sources stand in level order, so that one sweep settles the levels.
  const fromInput = levels(n, graph.edges);
  const backward = [...graph.edges].reverse().map(({ from, to }) => ({ from: to, to: from }));
  const toOutput = levels(n, backward);
  graph.nodes.forEach((node, i) => {
    features.set(vectors[i] ?? [], i * width);
    const structure = structureOf(node, kinOf(node.op), fromInput[i] ?? 0, toOutput[i] ?? 0);
    features.set(structure, i * width + vectorSize);
  });
  for (const { from, to, count } of graph.edges) adjacency[to * n + from] = count;
  return { nodes: n, features, adjacency };
}
