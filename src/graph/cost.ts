/**
 * Params, FLOPs, depth and operator counts of a network, from its graph and its macro skeleton.
 *
 * FLOPs are multiply-adds counted as NAS-Bench-201's own counter counts them: one per multiply-add of a
 * convolution, two per element of a normalisation, one per element of an activation, k*k per element of a
 * pooling. NAS-Bench-201's published columns are met to the last digit.
 */
import { type Layer, layersOf } from './anatomy.ts';
import type { OperatorGraph, OperatorNode } from './operator-graph.ts';
import { topologicalOrder } from './validate.ts';

/** A run of equal cells in the macro skeleton. */
export interface Stage {
  readonly cells: number;
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
  }
}

/** Layers of every node at one cell's channels. */
function cellLayers(
  graph: OperatorGraph,
  channels: CellChannels,
  side: number,
  unknown: Set<string>,
): Layer[] {
  const layers: Layer[] = [...(channels.extra ?? [])];
  graph.nodes.forEach((node, i) => {
    const channelsIn = channels.channelsIn[i] ?? 1;
    const channelsOut = channels.channelsOut[i] ?? 1;
    const first = {
      channelsIn,
      channelsOut,
      side: Math.max(1, Math.round(side * (node.resolution ?? 1))),
      stride: node.stride ?? 1,
    };
    const own = layersOf(node.op, first);
    if (own === undefined) unknown.add(node.op);
    else layers.push(...own);
    for (let copy = 1; copy < (node.repeat ?? 1); copy++) {
      const side = Math.max(1, Math.ceil(first.side / first.stride));
      layers.push(...(layersOf(node.op, { channelsIn: channelsOut, channelsOut, side, stride: 1 }) ?? []));
    }
  });
  return layers;
}

function uniform(graph: OperatorGraph, channels: number): CellChannels {
  return {
    channelsIn: graph.nodes.map((node) => Math.max(1, Math.round(channels * (node.channelsIn ?? 1)))),
    channelsOut: graph.nodes.map((node) => Math.max(1, Math.round(channels * (node.channelsOut ?? 1)))),
  };
}

/** Convolutions and linear layers that one node stacks: what it adds to a path's depth. */
function weightLayers(node: OperatorNode): number {
  const probe = { channelsIn: 8, channelsOut: 8, side: 8, stride: 1 };
  const layers = layersOf(node.op, probe) ?? [];
  const deep = layers.filter((layer) => layer.kind === 'convolution' || layer.kind === 'linear').length;
  return deep * (node.repeat ?? 1);
}

/** Weight layers on the longest path of an acyclic graph. */
export function depthOf(graph: OperatorGraph): number {
  const deepest = new Array<number>(graph.nodes.length).fill(0);
  let depth = 0;
  for (const at of topologicalOrder(graph)) {
    const node = graph.nodes[at];
    if (node === undefined) continue;
    const here = (deepest[at] ?? 0) + weightLayers(node);
    depth = Math.max(depth, here);
    for (const edge of graph.edges) {
      if (edge.from === at) deepest[edge.to] = Math.max(deepest[edge.to] ?? 0, here);
    }
  }
  return depth;
}

/**
 * Cost of the network that `skeleton` builds from the cell `graph`. The graph as written, not the canonical
 * one, gives the benchmarks' own figures: they count the layers on dead paths too.
 */
export function costOf(graph: OperatorGraph, skeleton: Skeleton): Cost {
  const unknown = new Set<string>();
  let params = 0;
  let flops = 0;
  const add = (layers: readonly Layer[], times: number): void => {
    for (const layer of layers) {
      const cost = layerCost(layer);
      params += times * cost.params;
      flops += times * cost.flops;
    }
  };
  add(skeleton.fixed, 1);
  for (const stage of skeleton.stages) {
    if (skeleton.spread === undefined) {
      add(cellLayers(graph, uniform(graph, stage.channels), stage.side, unknown), stage.cells);
    } else {
      const first = skeleton.spread(graph, stage.channelsIn, stage.channels, stage.side);
      const rest = skeleton.spread(graph, stage.channels, stage.channels, stage.side);
      add(cellLayers(graph, first, stage.side, unknown), 1);
      add(cellLayers(graph, rest, stage.side, unknown), stage.cells - 1);
    }
  }
  const operators: Record<string, number> = {};
  for (const { op } of graph.nodes) {
    if (op !== 'input' && op !== 'output') operators[op] = (operators[op] ?? 0) + 1;
  }
  return { params, flops, depth: depthOf(graph), operators, unknown: [...unknown] };
}
