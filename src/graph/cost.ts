/**
 * Params, FLOPs, depth and operator counts of a network, from its graph and its macro skeleton.
 *
 * FLOPs are multiply-adds counted as NAS-Bench-201's own counter counts them: one per multiply-add of a
 * convolution, two per element of a normalisation, one per element of an activation, k*k per element of a
 * pooling. NAS-Bench-201's published columns are met to the last digit.
 */
import { type Layer, layersOf, type NodeShape } from './anatomy.ts';
import type { OperatorGraph, OperatorNode } from './operator-graph.ts';
import { topologicalOrder } from './validate.ts';

/** A run of equal cells in the macro skeleton. */
export interface Stage {
  readonly cells: number;
  /** Nodes of the stage's cell, in a space whose scored graph joins cells of several kinds. Default: the graph's. */
  readonly nodes?: readonly OperatorNode[];
  /** Layers that each cell of the stage has besides its nodes, such as projections of its inputs. */
  readonly extra?: readonly Layer[];
  /** Channels of the tensor entering the first cell, and of every cell's output. */
  readonly channelsIn: number;
  readonly channels: number;
  /** Side length of the feature map, in pixels. */
  readonly side: number;
}

/** Channels entering and leaving each node of a cell, by node index, and extra layers the cell needs. */
export interface CellChannels {
  readonly channelsIn: readonly number[];
  readonly channelsOut: readonly number[];
  readonly extra?: readonly Layer[];
}

/** The macro rules of a space: what stands around and how often the cell is repeated. */
export interface Skeleton {
  /** Stem, reductions between stages, classifier: the same in every architecture of the space. */
  readonly fixed: readonly Layer[];
  readonly stages: readonly Stage[];
  /** How a cell's channels are spread over its nodes. Default: the stage's width, times the node's multiple. */
  readonly spread?: (
    graph: OperatorGraph,
    channelsIn: number,
    channels: number,
    side: number,
  ) => CellChannels;
}

export interface Cost {
  /** Trainable weights, in units. */
  readonly params: number;
  /** Multiply-adds of one forward pass, in units. */
  readonly flops: number;
  /** Weight layers on the longest path through the cell. */
  readonly depth: number;
  /** How often each operator stands in the graph, input and output left out. */
  readonly operators: Readonly<Record<string, number>>;
  /** Operators whose cost the words do not tell; they are counted as free. */
  readonly unknown: readonly string[];
}

/** How large a network is: params, multiply-adds and depth as in {@link Cost}. */
export type Size = Pick<Cost, 'params' | 'flops' | 'depth'>;

/** Weights and multiply-adds of one layer. */
export function layerCost(layer: Layer): { readonly params: number; readonly flops: number } {
  switch (layer.kind) {
    case 'convolution': {
      const weights = (layer.kernel[0] * layer.kernel[1] * layer.in * layer.out) / layer.groups;
      return { params: weights, flops: weights * layer.side * layer.side };
    }
    case 'normalization':
      return { params: 2 * layer.channels, flops: 2 * layer.channels * layer.side * layer.side };
    case 'activation':
      return { params: 0, flops: layer.channels * layer.side * layer.side };
    case 'pooling':
      return {
        params: 0,
        flops: layer.kernel[0] * layer.kernel[1] * layer.channels * layer.side * layer.side,
      };
    case 'linear':
      return { params: layer.in * layer.out + (layer.bias ? layer.out : 0), flops: layer.in * layer.out };
    case 'product':
      return { params: 0, flops: layer.multiplyAdds };
    case 'counted':
      return { params: layer.params, flops: layer.flops };
  }
}

/** Params and multiply-adds of a run of layers. */
interface Sum {
  params: number;
  flops: number;
}

function sumOf(layers: readonly Layer[]): Sum {
  const sum = { params: 0, flops: 0 };
  for (const layer of layers) {
    const cost = layerCost(layer);
    sum.params += cost.params;
    sum.flops += cost.flops;
  }
  return sum;
}

/**
 * Costs by operator and shape. A search asks for the same few operators at the same few shapes over and over,
 * and reading the words costs more than all the sums. The bound keeps callers' own words from filling memory.
 */
const REMEMBERED = new Map<string, Map<string, Sum | undefined>>();
const MAX_REMEMBERED = 1_024;

function operatorCost(op: string, shape: NodeShape): Sum | undefined {
  let shapes = REMEMBERED.get(op);
  if (shapes === undefined || shapes.size >= MAX_REMEMBERED) {
    if (REMEMBERED.size >= MAX_REMEMBERED) REMEMBERED.clear();
    shapes = new Map();
    REMEMBERED.set(op, shapes);
  }
  const key = `${shape.channelsIn},${shape.channelsOut},${shape.side},${shape.stride}`;
  const known = shapes.get(key);
  if (known !== undefined || shapes.has(key)) return known;
  const layers = layersOf(op, shape);
  const sum = layers === undefined ? undefined : sumOf(layers);
  shapes.set(key, sum);
  return sum;
}

const scaled = (whole: number, multiple: number | undefined): number =>
  multiple === undefined ? whole : Math.max(1, Math.round(whole * multiple));

/** Adds what one node costs, all of its copies, to `total`. */
function addNode(
  node: OperatorNode,
  channelsIn: number,
  channelsOut: number,
  cellSide: number,
  total: Sum,
  unknown: Set<string>,
): void {
  const side = scaled(cellSide, node.resolution);
  const { stride = 1, repeat = 1 } = node;
  const first = operatorCost(node.op, { channelsIn, channelsOut, side, stride });
  if (first === undefined) {
    unknown.add(node.op);
    return;
  }
  total.params += first.params;
  total.flops += first.flops;
  if (repeat === 1) return;
  const shape = {
    channelsIn: channelsOut,
    channelsOut,
    side: Math.max(1, Math.ceil(side / stride)),
    stride: 1,
  };
  const copy = operatorCost(node.op, shape) ?? { params: 0, flops: 0 };
  total.params += (repeat - 1) * copy.params;
  total.flops += (repeat - 1) * copy.flops;
}

/** Cost of one cell of a stage. `spread` says how wide its nodes are where the stage's width does not. */
function cellCost(graph: OperatorGraph, stage: Stage, unknown: Set<string>, spread?: CellChannels): Sum {
  const total = sumOf([...(stage.extra ?? []), ...(spread?.extra ?? [])]);
  (stage.nodes ?? graph.nodes).forEach((node, i) => {
    const channelsIn = spread?.channelsIn[i] ?? scaled(stage.channels, node.channelsIn);
    const channelsOut = spread?.channelsOut[i] ?? scaled(stage.channels, node.channelsOut);
    addNode(node, channelsIn, channelsOut, stage.side, total, unknown);
  });
  return total;
}

/** Convolutions and linear layers stacked in one copy of an operator, by operator. */
const STACKED = new Map<string, number>();

/** Weight layers that one node stacks: what it adds to a path's depth. */
function weightLayers(node: OperatorNode): number {
  let stacked = STACKED.get(node.op);
  if (stacked === undefined) {
    const layers = layersOf(node.op, { channelsIn: 8, channelsOut: 8, side: 8, stride: 1 }) ?? [];
    stacked = layers.filter(({ kind }) => kind === 'convolution' || kind === 'linear').length;
    if (STACKED.size >= MAX_REMEMBERED) STACKED.clear();
    STACKED.set(node.op, stacked);
  }
  return stacked * (node.repeat ?? 1);
}

/** Weight layers on the longest path of an acyclic graph. */
export function depthOf(graph: OperatorGraph): number {
  const order = topologicalOrder(graph);
  const rank = new Array<number>(order.length);
  order.forEach((at, i) => {
    rank[at] = i;
  });
  const edges = [...graph.edges].sort((a, b) => (rank[a.from] ?? 0) - (rank[b.from] ?? 0));
  /** Weight layers on the longest path that ends with each node. */
  const deepest = graph.nodes.map(weightLayers);
  const own = [...deepest];
  for (const { from, to } of edges) {
    deepest[to] = Math.max(deepest[to] ?? 0, (deepest[from] ?? 0) + (own[to] ?? 0));
  }
  return Math.max(0, ...deepest);
}

/**
 * Cost of the network that `skeleton` builds from the cell `graph`. The graph as written, not the canonical
 * one, gives the benchmarks' own figures: they count the layers on dead paths too.
 */
export function costOf(graph: OperatorGraph, skeleton: Skeleton): Cost {
  const unknown = new Set<string>();
  const { spread } = skeleton;
  const total = sumOf(skeleton.fixed);
  const add = (cell: Sum, times: number): void => {
    total.params += times * cell.params;
    total.flops += times * cell.flops;
  };
  for (const stage of skeleton.stages) {
    const { channelsIn, channels, side, cells } = stage;
    if (spread === undefined) {
      add(cellCost(graph, stage, unknown), cells);
    } else {
      add(cellCost(graph, stage, unknown, spread(graph, channelsIn, channels, side)), 1);
      add(cellCost(graph, stage, unknown, spread(graph, channels, channels, side)), cells - 1);
    }
  }
  const operators: Record<string, number> = {};
  for (const { op } of graph.nodes) {
    if (op !== 'input' && op !== 'output') operators[op] = (operators[op] ?? 0) + 1;
  }
  return { ...total, depth: depthOf(graph), operators, unknown: [...unknown] };
}

/** Size of a network, where the cost of all its operators is known. */
export function sizeOf(graph: OperatorGraph, skeleton: Skeleton): Size | undefined {
  const { params, flops, depth, unknown } = costOf(graph, skeleton);
  return unknown.length > 0 ? undefined : { params, flops, depth };
}
