/** The graph convolution network behind one interface: encoded graphs in, logits out. */
import { type EncodedGraph, NODE_FEATURES, STRUCTURE_FEATURES, VECTOR_SIZE } from './encode.ts';
import type { OnnxSession } from './onnx.ts';

export interface Gcn {
  /**
   * Logits of every head for every graph, row-major [graphs, heads]. A graph's row is the same bits whatever
   * stands beside it in the call.
   */
  logits(graphs: readonly EncodedGraph[]): Promise<Float32Array>;
}

/** Opens an engine on the bytes of the int8 .onnx file, a network of so many heads. */
export type OpenGcn = (model: Uint8Array, heads: number) => Gcn;

/** Nodes of one ONNX Runtime call, padding included: large enough to amortise the call, small in memory. */
const NODES_PER_CALL = 8_192;
const STRUCTURE_SIZE = STRUCTURE_FEATURES.length;

/** The network run by ONNX Runtime: the reference engine. */
export class OnnxGcn implements Gcn {
  private readonly session: Promise<OnnxSession>;
  private readonly heads: number;

  constructor(session: Promise<OnnxSession>, heads: number) {
    this.session = session;
    this.heads = heads;
  }

  async logits(graphs: readonly EncodedGraph[]): Promise<Float32Array> {
    const session = await this.session;
    const out = new Float32Array(graphs.length * this.heads);
    // Graphs of like size go together, so that little is padded.
    const order = [...graphs.keys()].sort((a, b) => size(graphs[a]) - size(graphs[b]));
    for (let start = 0; start < order.length; ) {
      let end = start + 1;
      while (end < order.length && (end - start + 1) * size(graphs[order[end] ?? 0]) <= NODES_PER_CALL) end++;
      const places = order.slice(start, end);
      const batch = places.flatMap((place) => graphs[place] ?? []);
      const { heads } = await session.run(feedsOf(batch));
      if (heads?.type !== 'float32') throw new TypeError('the model must answer float32 heads');
      places.forEach((place, row) => {
        out.set(heads.data.subarray(row * this.heads, (row + 1) * this.heads), place * this.heads);
      });
      start = end;
    }
    return out;
  }
}

const size = (graph: EncodedGraph | undefined): number => graph?.nodes ?? 0;

/** Pads a batch to its largest graph. */
function feedsOf(batch: readonly EncodedGraph[]): Parameters<OnnxSession['run']>[0] {
  const rows = batch.length;
  const nodes = Math.max(...batch.map(size));
  const vectors = new Int8Array(rows * nodes * VECTOR_SIZE);
  const structure = new Int8Array(rows * nodes * STRUCTURE_SIZE);
  const adjacency = new Uint8Array(rows * nodes * nodes);
  const mask = new Uint8Array(rows * nodes);
  batch.forEach((graph, row) => {
    const n = graph.nodes;
    for (let node = 0; node < n; node++) {
      const features = graph.features.subarray(node * NODE_FEATURES, (node + 1) * NODE_FEATURES);
      const at = row * nodes + node;
      vectors.set(features.subarray(0, VECTOR_SIZE), at * VECTOR_SIZE);
      structure.set(features.subarray(VECTOR_SIZE), at * STRUCTURE_SIZE);
      adjacency.set(graph.adjacency.subarray(node * n, (node + 1) * n), at * nodes);
      mask[at] = 1;
    }
  });
  return {
    vectors: { type: 'int8', data: vectors, dims: [rows, nodes, VECTOR_SIZE] },
    structure: { type: 'int8', data: structure, dims: [rows, nodes, STRUCTURE_SIZE] },
    adjacency: { type: 'uint8', data: adjacency, dims: [rows, nodes, nodes] },
    mask: { type: 'uint8', data: mask, dims: [rows, nodes, 1] },
  };
}
