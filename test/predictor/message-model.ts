import { OnnxGraph } from '../../scripts/onnx/onnx-writer.ts';
import type { Tensor } from '../../src/predictor/onnx.ts';

export const FEATURES = 8;
export const HEADS = 2;

const WEIGHTS = Float32Array.from({ length: FEATURES * HEADS }, (_, i) => (i - 7) / 64);

/**
 * The bones of the graph network: one round of integer messages along the edges, summed over the nodes that the
 * mask keeps, then a float layer. Its operators are those of the real model.
 */
export function messageModel(): Uint8Array<ArrayBuffer> {
  const graph = new OnnxGraph('messages');
  const vectors = graph.input('vectors', 'int8', ['batch', 'nodes', FEATURES]);
  const adjacency = graph.input('adjacency', 'uint8', ['batch', 'nodes', 'nodes']);
  const mask = graph.input('mask', 'int32', ['batch', 'nodes', 1]);
  const messages = graph.node('MatMulInteger', [adjacency, vectors]);
  const kept = graph.node('Mul', [messages, mask]);
  const sum = graph.node('ReduceSum', [kept, graph.int64('nodes_axis', [1])], { keepdims: 0 });
  const floats = graph.node('Cast', [sum], { to: 1 });
  const weights = graph.constant('weights', [FEATURES, HEADS], WEIGHTS);
  graph.output(graph.node('MatMul', [floats, weights], {}, 'heads'), 'float32', ['batch', HEADS]);
  return graph.encode();
}

/** One graph of the test: vectors, adjacency and mask, filled from a small pattern. */
export function feedsFor(
  batch: number,
  nodes: number,
  first = 0,
): Record<'vectors' | 'adjacency' | 'mask', Tensor> {
  const vectors = new Int8Array(batch * nodes * FEATURES).map(
    (_, i) => (((i + first * nodes * FEATURES) * 37) % 255) - 127,
  );
  const adjacency = new Uint8Array(batch * nodes * nodes).map((_, i) =>
    i % nodes > Math.floor(i / nodes) % nodes ? (i + first * nodes * nodes) % 3 : 0,
  );
  const mask = new Int32Array(batch * nodes).map((_, i) => (i % nodes < nodes - 1 ? 1 : 0));
  return {
    vectors: { type: 'int8', dims: [batch, nodes, FEATURES], data: vectors },
    adjacency: { type: 'uint8', dims: [batch, nodes, nodes], data: adjacency },
    mask: { type: 'int32', dims: [batch, nodes, 1], data: mask },
  };
}

/** What the model must answer for `feedsFor(batch, nodes)`, in plain loops. */
export function expectedHeads(batch: number, nodes: number): number[] {
  const { vectors, adjacency, mask } = feedsFor(batch, nodes);
  const heads: number[] = [];
  for (let b = 0; b < batch; b++) {
    const sum = new Array<number>(FEATURES).fill(0);
    for (let to = 0; to < nodes; to++) {
      for (let from = 0; from < nodes; from++) {
        const count =
          Number(adjacency.data[(b * nodes + to) * nodes + from]) * Number(mask.data[b * nodes + to]);
        for (let f = 0; f < FEATURES; f++) {
          sum[f] = (sum[f] ?? 0) + count * Number(vectors.data[(b * nodes + from) * FEATURES + f]);
        }
      }
    }
    for (let h = 0; h < HEADS; h++) {
      heads.push(sum.reduce((total, value, f) => total + value * (WEIGHTS[f * HEADS + h] ?? 0), 0));
    }
  }
  return heads;
}
