/** The int8 network as numbers, read from the ONNX file: what the kernel and the plain loops compute with. */
import { STRUCTURE_FEATURES, VECTOR_SIZE } from '../encode.ts';
import { Initializers } from './initializers.ts';

/** Channels of every layer but the last. */
export const WIDTH = 64;

/** What turns integer sums into floats, by channel. */
export interface Channels {
  readonly scale: Float32Array;
  readonly bias: Float32Array;
}

export interface Layer extends Channels {
  /** int8 [64][64], input by output: applied to the node itself, to those before it and to those after it. */
  readonly self: Int8Array;
  readonly before: Int8Array;
  readonly after: Int8Array;
}

export interface Matrix extends Channels {
  /** int8 [64][outputs] */
  readonly weight: Int8Array;
}

export interface Network {
  readonly vectors: Matrix;
  readonly structure: Omit<Matrix, 'bias'>;
  readonly layers: readonly Layer[];
  readonly readout: Matrix;
  readonly heads: Matrix;
  /** Values of one activation step: of the input layer, of each layer, of the readout. */
  readonly steps: Float32Array;
}

/** @throws Error when the file is no network of the structure that `scripts/train/export-onnx.ts` writes */
export function readNetwork(model: Uint8Array): Network {
  const file = new Initializers(model);
  const sized = <Numbers extends { readonly length: number }>(name: string, array: Numbers, size: number) => {
    if (array.length === size) return array;
    throw new Error(`expected ${size} numbers in "${name}", the model has ${array.length}`);
  };
  const channels = (name: string, size: number): Float32Array => sized(name, file.float32(name), size);
  const matrix = (name: string, inputs: number, outputs = WIDTH): Int8Array =>
    sized(name, file.int8(name), inputs * outputs);
  const layers: Layer[] = [];
  for (let l = 0; file.has(`layer.${l}.self`); l++) {
    layers.push({
      self: matrix(`layer.${l}.self`, WIDTH),
      before: matrix(`layer.${l}.before`, WIDTH),
      after: matrix(`layer.${l}.after`, WIDTH),
      scale: channels(`layer.${l}.scale`, WIDTH),
      bias: channels(`layer.${l}.bias`, WIDTH),
    });
  }
  const heads = file.float32('heads.bias').length;
  return {
    vectors: {
      weight: matrix('vectors.weight', VECTOR_SIZE),
      scale: channels('vectors.scale', WIDTH),
      bias: channels('input.bias', WIDTH),
    },
    structure: {
      weight: matrix('structure.weight', STRUCTURE_FEATURES.length),
      scale: channels('structure.scale', WIDTH),
    },
    layers,
    readout: {
      weight: matrix('readout.weight', WIDTH),
      scale: channels('readout.scale', WIDTH),
      bias: channels('readout.bias', WIDTH),
    },
    heads: {
      weight: matrix('heads.weight', WIDTH, heads),
      scale: channels('heads.scale', heads),
      bias: channels('heads.bias', heads),
    },
    steps: Float32Array.from({ length: layers.length + 2 }, (_, i) => channels(`step.${i}`, 1)[0] ?? 1),
  };
}
