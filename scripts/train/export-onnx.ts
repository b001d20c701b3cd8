/**
 * @file The trained network as ONNX, in int8 and in float32.
 *
 * int8: weights and activations are integers, and every sum over them is an int32 one, which is exact in any
 * order. What is left to floats is elementwise. So a graph's heads are the same bits in any batch, however it
 * is padded, and in any engine that rounds as IEEE 754 does.
 *
 * Inputs: `vectors` int8 [batch, nodes, 64], `structure` int8 [batch, nodes, 8], `adjacency` uint8
 * [batch, nodes, nodes] (entry [to, from]), `mask` uint8 [batch, nodes, 1]. Output: `heads` float32
 * [batch, heads], logits.
 */
import {
  NODE_FEATURES,
  STRUCTURE_FEATURES,
  STRUCTURE_STEP,
  VECTOR_SIZE,
  VECTOR_STEP,
} from '../../src/predictor/encode.ts';
import { OnnxGraph } from '../onnx/onnx-writer.ts';
import { parameterShapes, type Shape } from './network.ts';
import type { QuantizedLayer, QuantizedNetwork } from './quantize.ts';
import type { Parameters } from './trainer.ts';

const FLOAT = 1;
const UINT8 = 2;
const INT32 = 6;

interface Inputs {
  readonly vectors: string;
  readonly structure: string;
  readonly adjacency: string;
  readonly mask: string;
}

function inputsOf(graph: OnnxGraph): Inputs {
  return {
    vectors: graph.input('vectors', 'int8', ['batch', 'nodes', VECTOR_SIZE]),
    structure: graph.input('structure', 'int8', ['batch', 'nodes', STRUCTURE_FEATURES.length]),
    adjacency: graph.input('adjacency', 'uint8', ['batch', 'nodes', 'nodes']),
    mask: graph.input('mask', 'uint8', ['batch', 'nodes', 1]),
  };
}

/** The int8 network. Names of the constants are what the kernel looks them up by. */
export function exportInt8(network: QuantizedNetwork): Uint8Array<ArrayBuffer> {
  const graph = new OnnxGraph('tgnas-gcn-int8');
  const { vectors, structure, adjacency, mask } = inputsOf(graph);
  const { shape } = network;

  const weights = (name: string, layer: Pick<QuantizedLayer, 'matrix'>, which = 0): string => {
    const { matrix } = layer;
    return graph.constant(name, [matrix.inputs, matrix.outputs], matrix.weights[which] ?? new Int8Array());
  };
  const vector = (name: string, values: Float32Array<ArrayBuffer>): string =>
    graph.constant(name, [values.length], values);
  /** int32 sums -> floats of the channel's scale. */
  const scaled = (sum: string, name: string, scale: Float32Array<ArrayBuffer>): string =>
    graph.node('Mul', [graph.node('Cast', [sum], { to: FLOAT }), vector(name, scale)]);
  const low = graph.constant('activation.min', [], Float32Array.of(0));
  const high = graph.constant('activation.max', [], Float32Array.of(127));
  /** Floats >= 0 -> whole numbers 0..127, still as floats. */
  const rounded = (value: string, step: string): string =>
    graph.node('Clip', [graph.node('Round', [graph.node('Div', [value, step])]), low, high]);
  const step = (at: number): string => graph.constant(`step.${at}`, [], network.steps.slice(at, at + 1));
  const integers = (whole: string): string => graph.node('Cast', [whole], { to: UINT8 });

  const words = scaled(
    graph.node('MatMulInteger', [vectors, weights('vectors.weight', network.vectors)]),
    'vectors.scale',
    network.vectors.scale,
  );
  const place = scaled(
    graph.node('MatMulInteger', [structure, weights('structure.weight', network.structure)]),
    'structure.scale',
    network.structure.scale,
  );
  const sum = graph.node('Add', [
    graph.node('Add', [words, place]),
    vector('input.bias', network.vectors.bias),
  ]);
  let stepName = step(0);
  let whole = rounded(graph.node('Relu', [sum]), stepName);

  const counts = graph.node('Cast', [adjacency], { to: INT32 });
  const transposed = graph.node('Transpose', [counts], { perm: [0, 2, 1] });
  network.layers.forEach((layer, l) => {
    const q = integers(whole);
    const own = graph.node('MatMulInteger', [q, weights(`layer.${l}.self`, layer, 0)]);
    const before = graph.node('MatMul', [
      counts,
      graph.node('MatMulInteger', [q, weights(`layer.${l}.before`, layer, 1)]),
    ]);
    const after = graph.node('MatMul', [
      transposed,
      graph.node('MatMulInteger', [q, weights(`layer.${l}.after`, layer, 2)]),
    ]);
    const total = graph.node('Add', [graph.node('Add', [own, before]), after]);
    const update = graph.node('Relu', [
      graph.node('Add', [
        scaled(total, `layer.${l}.scale`, layer.scale),
        vector(`layer.${l}.bias`, layer.bias),
      ]),
    ]);
    const residual = graph.node('Add', [graph.node('Mul', [whole, stepName]), update]);
    stepName = step(l + 1);
    whole = rounded(residual, stepName);
  });

  const { readout, heads } = network;
  const perNode = graph.node('MatMulInteger', [integers(whole), weights('readout.weight', readout)]);
  const real = graph.node('Mul', [perNode, graph.node('Cast', [mask], { to: INT32 })]);
  const pooled = graph.node('ReduceSum', [real, graph.int64('node.axis', [1])], { keepdims: 0 });
  const r = graph.node('Relu', [
    graph.node('Add', [scaled(pooled, 'readout.scale', readout.scale), vector('readout.bias', readout.bias)]),
  ]);
  const qr = integers(rounded(r, step(shape.layers + 1)));
  const logits = scaled(
    graph.node('MatMulInteger', [qr, weights('heads.weight', heads)]),
    'heads.scale',
    heads.scale,
  );
  graph.output(graph.node('Add', [logits, vector('heads.bias', heads.bias)], {}, 'heads'), 'float32', [
    'batch',
    shape.heads,
  ]);
  return graph.encode();
}

/** The float32 network, for comparison: same inputs, same output. */
export function exportFloat32(parameters: Parameters, shape: Shape): Uint8Array<ArrayBuffer> {
  const graph = new OnnxGraph('tgnas-gcn-float32');
  const { vectors, structure, adjacency, mask } = inputsOf(graph);
  const shapes = parameterShapes(shape);
  const of = (name: string): string => {
    const values = parameters.get(name);
    if (values === undefined) throw new RangeError(`no parameter ${name}`);
    return graph.constant(name, shapes[name] ?? [], values);
  };
  const float = (name: string): string => graph.node('Cast', [name], { to: FLOAT });
  const add = (a: string, b: string): string => graph.node('Add', [a, b]);
  const multiply = (a: string, b: string): string => graph.node('MatMul', [a, b]);

  const steps = Float32Array.from({ length: NODE_FEATURES }, (_, f) =>
    f < VECTOR_SIZE ? VECTOR_STEP : STRUCTURE_STEP,
  );
  const x = graph.node('Mul', [
    graph.node('Concat', [float(vectors), float(structure)], { axis: 2 }),
    graph.constant('feature.step', [NODE_FEATURES], steps),
  ]);
  let h = graph.node('Relu', [add(multiply(x, of('Wx')), of('bx'))]);
  const counts = float(adjacency);
  const transposed = graph.node('Transpose', [counts], { perm: [0, 2, 1] });
  for (let l = 0; l < shape.layers; l++) {
    const before = multiply(counts, multiply(h, of(`Wp${l}`)));
    const after = multiply(transposed, multiply(h, of(`Wf${l}`)));
    const total = add(add(multiply(h, of(`Ws${l}`)), before), after);
    h = add(h, graph.node('Relu', [add(total, of(`b${l}`))]));
  }
  const nodes = multiply(graph.node('Mul', [h, float(mask)]), of('Wr'));
  const pooled = graph.node('ReduceSum', [nodes, graph.int64('node.axis', [1])], { keepdims: 0 });
  const r = graph.node('Relu', [add(pooled, of('br'))]);
  graph.output(graph.node('Add', [multiply(r, of('Wh')), of('bh')], {}, 'heads'), 'float32', [
    'batch',
    shape.heads,
  ]);
  return graph.encode();
}
