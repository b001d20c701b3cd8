/**
 * all-MiniLM-L6-v2 (a BERT encoder: 6 layers, 12 heads, width 384) as ONNX graphs: in float32 as the model
 * card has it, and with int8 weights for the edge.
 */
import { OnnxGraph } from '../onnx/onnx-writer.ts';
import { type QuantizedColumns, quantizeColumns, quantizeRows } from './quantize.ts';
import type { Tensor } from './safetensors.ts';

const WIDTH = 384;
const HEADS = 12;
const LAYERS = 6;
const EPSILON = 1e-12;

function transposed({ dims, data }: Tensor): Float32Array {
  const [rows = 0, columns = 0] = dims;
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = data[row * columns + column] ?? 0;
    }
  }
  return result;
}

type Weights = (name: string) => Tensor;

/** Adds a matrix [in, out] to the graph and names the float32 tensor that a product takes. */
type Kernel = (graph: OnnxGraph, name: string, dims: readonly number[], data: Float32Array) => string;

const inFloat: Kernel = (graph, name, dims, data) => graph.constant(name, dims, data);

/** int8 in the file and in memory; widened for the one product that reads it. */
const inInt8: Kernel = (graph, name, dims, data) => {
  const { steps, scales }: QuantizedColumns = quantizeColumns(data, dims[1] ?? 1);
  return graph.node(
    'DequantizeLinear',
    [graph.constant(name, dims, steps), graph.constant(`${name}.scale`, [scales.length], scales)],
    { axis: 1 },
  );
};

/** Numbers that several layers share. */
function scalars(graph: OnnxGraph) {
  const scalar = (name: string, value: number): string => graph.constant(name, [], Float32Array.of(value));
  return {
    half: scalar('half', 0.5),
    one: scalar('one', 1),
    rootTwo: scalar('root_two', Math.SQRT2),
    headScale: scalar('head_scale', 1 / Math.sqrt(WIDTH / HEADS)),
  };
}

type Scalars = ReturnType<typeof scalars>;

/**
 * The six layers on `embedded`, the sum of word, segment and position vectors, float32 [batch, tokens, 384].
 *
 * @param penalty what is added to attention scores before the softmax, where some tokens are padding
 * @returns the last hidden state, of the same shape
 */
function layers(
  graph: OnnxGraph,
  weights: Weights,
  kernel: Kernel,
  { half, one, rootTwo, headScale }: Scalars,
  embedded: string,
  penalty?: string,
): string {
  const weight = (name: string): string => {
    const { dims, data } = weights(name);
    return graph.constant(name, dims, data);
  };
  const dense = (name: string, x: string): string => {
    const matrix = weights(`${name}.weight`);
    const by = kernel(graph, `${name}.weight`, [...matrix.dims].reverse(), transposed(matrix));
    return graph.node('Add', [graph.node('MatMul', [x, by]), weight(`${name}.bias`)]);
  };
  const layerNorm = (name: string, x: string): string =>
    graph.node('LayerNormalization', [x, weight(`${name}.weight`), weight(`${name}.bias`)], {
      axis: -1,
      epsilon: { float: EPSILON },
    });
  const headShape = graph.int64('head_shape', [0, 0, HEADS, WIDTH / HEADS]);
  const widthShape = graph.int64('width_shape', [0, 0, WIDTH]);
  const heads = (x: string, perm: readonly number[]): string =>
    graph.node('Transpose', [graph.node('Reshape', [x, headShape])], { perm });
  const gelu = (x: string): string => {
    const erf = graph.node('Erf', [graph.node('Div', [x, rootTwo])]);
    return graph.node('Mul', [graph.node('Mul', [x, half]), graph.node('Add', [erf, one])]);
  };
  const attention = (layer: string, x: string): string => {
    const query = heads(dense(`${layer}.self.query`, x), [0, 2, 1, 3]);
    const key = heads(dense(`${layer}.self.key`, x), [0, 2, 3, 1]);
    const value = heads(dense(`${layer}.self.value`, x), [0, 2, 1, 3]);
    const scores = graph.node('Mul', [graph.node('MatMul', [query, key]), headScale]);
    const penalised = penalty === undefined ? scores : graph.node('Add', [scores, penalty]);
    const shares = graph.node('Softmax', [penalised], { axis: -1 });
    const mixed = graph.node('Transpose', [graph.node('MatMul', [shares, value])], { perm: [0, 2, 1, 3] });
    const joined = dense(`${layer}.output.dense`, graph.node('Reshape', [mixed, widthShape]));
    return layerNorm(`${layer}.output.LayerNorm`, graph.node('Add', [joined, x]));
  };

  let hidden = layerNorm('embeddings.LayerNorm', embedded);
  for (let i = 0; i < LAYERS; i++) {
    const layer = `encoder.layer.${i}`;
    const attended = attention(`${layer}.attention`, hidden);
    const wide = gelu(dense(`${layer}.intermediate.dense`, attended));
    const narrow = dense(`${layer}.output.dense`, wide);
    hidden = layerNorm(`${layer}.output.LayerNorm`, graph.node('Add', [narrow, attended]));
  }
  return hidden;
}

/** The vectors of the first positions, as many as `tokens` [batch, tokens, ...] has: float32 [tokens, 384]. */
function positionsOf(graph: OnnxGraph, { dims, data }: Tensor, tokens: string): string {
  const start = graph.int64('start', [0]);
  const second = graph.int64('one_axis', [1]);
  const length = graph.node('Slice', [graph.node('Shape', [tokens]), second, graph.int64('two_axes', [2])]);
  const table = graph.constant('embeddings.position_embeddings.weight', dims, data);
  return graph.node('Slice', [table, start, length, start]);
}

/**
 * The ONNX model file in float32; `weights` gives the tensors under their names in the checkpoint.
 * Inputs `input_ids`, `attention_mask`, `token_type_ids`, int64 [batch, tokens]; output `last_hidden_state`,
 * float32 [batch, tokens, 384], to be mean-pooled over the mask and L2-normalised.
 */
export function miniLmOnnx(weights: Weights): Uint8Array {
  const graph = new OnnxGraph('all-MiniLM-L6-v2');
  const tokens = ['batch', 'tokens'] as const;
  const ids = graph.input('input_ids', 'int64', tokens);
  const mask = graph.input('attention_mask', 'int64', tokens);
  const types = graph.input('token_type_ids', 'int64', tokens);
  const shared = scalars(graph);

  const floatMask = graph.node('Cast', [graph.node('Unsqueeze', [mask, graph.int64('mask_axes', [1, 2])])], {
    to: 1,
  });
  // -10,000 as in the original BERT: exp of it is exactly 0 in float32.
  const masked = graph.constant('masked', [], Float32Array.of(-10_000));
  const penalty = graph.node('Mul', [graph.node('Sub', [shared.one, floatMask]), masked]);
  const rows = (table: string, by: string): string => {
    const { dims, data } = weights(table);
    return graph.node('Gather', [graph.constant(table, dims, data), by]);
  };
  const words = rows('embeddings.word_embeddings.weight', ids);
  const segments = rows('embeddings.token_type_embeddings.weight', types);
  const positions = positionsOf(graph, weights('embeddings.position_embeddings.weight'), ids);
  const embedded = graph.node('Add', [graph.node('Add', [words, segments]), positions]);

  const hidden = layers(graph, weights, inFloat, shared, embedded, penalty);
  const result = graph.node('Identity', [hidden], {}, 'last_hidden_state');
  graph.output(result, 'float32', [...tokens, WIDTH]);
  return graph.encode();
}

/** What the edge loads: the layers, and apart from them the word table, of which a text needs a few rows. */
export interface EdgeEncoder {
  /**
   * Input `words`, float32 [1, tokens, 384]: word vectors, without position and segment. Output `embedding`,
   * float32 [1, 384]: the mean over the tokens, of length 1. Weights int8, activations float32.
   */
  readonly layers: Uint8Array;
  /** float32 scale [vocabulary], then int8 [vocabulary][384]; a word's vector is its row times its scale. */
  readonly words: Uint8Array;
}

/** The model for one text at a time, without padding. */
export function edgeEncoder(weights: Weights): EdgeEncoder {
  const graph = new OnnxGraph('all-MiniLM-L6-v2-int8');
  const words = graph.input('words', 'float32', [1, 'tokens', WIDTH]);
  // Every token is of the first segment, whose vector the positions can carry.
  const table = weights('embeddings.position_embeddings.weight');
  const segment = weights('embeddings.token_type_embeddings.weight').data;
  const data = table.data.map((value, i) => value + (segment[i % WIDTH] ?? 0));
  const embedded = graph.node('Add', [words, positionsOf(graph, { dims: table.dims, data }, words)]);
  const hidden = layers(graph, weights, inInt8, scalars(graph), embedded);
  const mean = graph.node('ReduceMean', [hidden], { axes: [1], keepdims: 0 });
  const embedding = graph.node('LpNormalization', [mean], { axis: -1, p: 2 }, 'embedding');
  graph.output(embedding, 'float32', [1, WIDTH]);
  return {
    layers: graph.encode(),
    words: quantizeRows(weights('embeddings.word_embeddings.weight')),
  };
}
