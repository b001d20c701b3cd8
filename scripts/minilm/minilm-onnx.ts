/**
 * all-MiniLM-L6-v2 (a BERT encoder: 6 layers, 12 heads, width 384) as an ONNX graph in float32.
 * Inputs `input_ids`, `attention_mask`, `token_type_ids`, int64 [batch, tokens]; output `last_hidden_state`,
 * float32 [batch, tokens, 384], to be mean-pooled over the mask and L2-normalised.
 */
import { OnnxGraph } from '../onnx/onnx-writer.ts';
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

/** The ONNX model file; `weights` gives the tensors under their names in the checkpoint. */
export function miniLmOnnx(weights: (name: string) => Tensor): Uint8Array {
  const graph = new OnnxGraph('all-MiniLM-L6-v2');
  const tokens = ['batch', 'tokens'] as const;
  const ids = graph.input('input_ids', 'int64', tokens);
  const mask = graph.input('attention_mask', 'int64', tokens);
  const types = graph.input('token_type_ids', 'int64', tokens);

  const weight = (name: string): string => {
    const { dims, data } = weights(name);
    return graph.constant(name, dims, data);
  };
  const scalar = (name: string, value: number): string => graph.constant(name, [], Float32Array.of(value));

  const dense = (name: string, x: string): string => {
    const matrix = weights(`${name}.weight`);
    const kernel = graph.constant(`${name}.weight`, [...matrix.dims].reverse(), transposed(matrix));
    return graph.node('Add', [graph.node('MatMul', [x, kernel]), weight(`${name}.bias`)]);
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

  const half = scalar('half', 0.5);
  const one = scalar('one', 1);
  const rootTwo = scalar('root_two', Math.SQRT2);
  const gelu = (x: string): string => {
    const erf = graph.node('Erf', [graph.node('Div', [x, rootTwo])]);
    return graph.node('Mul', [graph.node('Mul', [x, half]), graph.node('Add', [erf, one])]);
  };

  const floatMask = graph.node('Cast', [graph.node('Unsqueeze', [mask, graph.int64('mask_axes', [1, 2])])], {
    to: 1,
  });
  const blocked = graph.node('Sub', [one, floatMask]);
  // -10,000 as in the original BERT: exp of it is exactly 0 in float32.
  const penalty = graph.node('Mul', [blocked, scalar('masked', -10_000)]);
  const headScale = scalar('head_scale', 1 / Math.sqrt(WIDTH / HEADS));

  const attention = (layer: string, x: string): string => {
    const query = heads(dense(`${layer}.self.query`, x), [0, 2, 1, 3]);
    const key = heads(dense(`${layer}.self.key`, x), [0, 2, 3, 1]);
    const value = heads(dense(`${layer}.self.value`, x), [0, 2, 1, 3]);
    const scores = graph.node('Mul', [graph.node('MatMul', [query, key]), headScale]);
    const shares = graph.node('Softmax', [graph.node('Add', [scores, penalty])], { axis: -1 });
    const mixed = graph.node('Transpose', [graph.node('MatMul', [shares, value])], { perm: [0, 2, 1, 3] });
    const joined = dense(`${layer}.output.dense`, graph.node('Reshape', [mixed, widthShape]));
    return layerNorm(`${layer}.output.LayerNorm`, graph.node('Add', [joined, x]));
  };

  const length = graph.node('Slice', [
    graph.node('Shape', [ids]),
    graph.int64('one_axis', [1]),
    graph.int64('two_axes', [2]),
  ]);
  const start = graph.int64('start', [0]);
  const positions = graph.node('Slice', [
    weight('embeddings.position_embeddings.weight'),
    start,
    length,
    start,
  ]);
  const words = graph.node('Gather', [weight('embeddings.word_embeddings.weight'), ids]);
  const segments = graph.node('Gather', [weight('embeddings.token_type_embeddings.weight'), types]);
  const embedded = graph.node('Add', [graph.node('Add', [words, segments]), positions]);

  let hidden = layerNorm('embeddings.LayerNorm', embedded);
  for (let i = 0; i < LAYERS; i++) {
    const layer = `encoder.layer.${i}`;
    const attended = attention(`${layer}.attention`, hidden);
    const wide = gelu(dense(`${layer}.intermediate.dense`, attended));
    const narrow = dense(`${layer}.output.dense`, wide);
    hidden = layerNorm(`${layer}.output.LayerNorm`, graph.node('Add', [narrow, attended]));
  }
  const result = graph.node('Identity', [hidden], {}, 'last_hidden_state');
  graph.output(result, 'float32', [...tokens, WIDTH]);
  return graph.encode();
}
