import { NODE_FEATURES, STRUCTURE_STEP, VECTOR_STEP } from '../../src/predictor/encode.ts';
import { readNetwork } from '../../src/predictor/kernel/network.ts';
import { exportFloat32 } from '../train/export-onnx.ts';

/** The float32 network of the same weights as ONNX, from the bytes of the int8 one. */
export function float32Network(int8: Uint8Array): Uint8Array<ArrayBuffer> {
  const { vectors, structure, layers, readout, heads, steps } = readNetwork(int8);
  const real = (weight: Int8Array, scale: Float32Array, step: number): Float32Array<ArrayBuffer> =>
    Float32Array.from(weight, (value, i) => (value * (scale[i % scale.length] ?? 0)) / step);
  const step = (at: number): number => steps[at] ?? 1;
  const parameters = new Map<string, Float32Array<ArrayBuffer>>();
  const input = [
    real(vectors.weight, vectors.scale, VECTOR_STEP),
    real(structure.weight, structure.scale, STRUCTURE_STEP),
  ];
  parameters.set('Wx', Float32Array.from(input.flatMap((values) => [...values])));
  parameters.set('bx', Float32Array.from(vectors.bias));
  layers.forEach(({ self, before, after, scale, bias }, l) => {
    parameters.set(`Ws${l}`, real(self, scale, step(l)));
    parameters.set(`Wp${l}`, real(before, scale, step(l)));
    parameters.set(`Wf${l}`, real(after, scale, step(l)));
    parameters.set(`b${l}`, Float32Array.from(bias));
  });
  parameters.set('Wr', real(readout.weight, readout.scale, step(layers.length)));
  parameters.set('br', Float32Array.from(readout.bias));
  parameters.set('Wh', real(heads.weight, heads.scale, step(layers.length + 1)));
  parameters.set('bh', Float32Array.from(heads.bias));
  const shape = {
    features: NODE_FEATURES,
    hidden: vectors.bias.length,
    layers: layers.length,
    readout: readout.bias.length,
    heads: heads.bias.length,
  };
  return exportFloat32(parameters, shape);
}
