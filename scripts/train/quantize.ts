/** @file float32 parameters and activation steps -> the integers that the served network computes with. */
import { NODE_FEATURES, STRUCTURE_STEP, VECTOR_SIZE, VECTOR_STEP } from '../../src/predictor/encode.ts';
import type { Shape } from './network.ts';
import type { Parameters } from './trainer.ts';

/** int8 weights [in, out], one scale an output channel: weight = integer * scale. */
export interface QuantizedMatrix {
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: readonly Int8Array<ArrayBuffer>[];
  readonly scale: Float32Array<ArrayBuffer>;
}

/**
 * Quantizes matrices whose integer products are added before scaling: they share the scale of each output
 * channel, its largest weight over 127.
 */
export function quantizeMatrices(matrices: readonly ArrayLike<number>[], outputs: number): QuantizedMatrix {
  const scale = new Float32Array(outputs);
  for (const matrix of matrices) {
    for (let i = 0; i < matrix.length; i++) {
      const channel = i % outputs;
      scale[channel] = Math.max(scale[channel] ?? 0, Math.abs(matrix[i] ?? 0) / 127);
    }
  }
  const weights = matrices.map((matrix) =>
    Int8Array.from({ length: matrix.length }, (_, i) => {
      const step = scale[i % outputs] ?? 0;
      return step === 0 ? 0 : Math.max(-127, Math.min(127, Math.round((matrix[i] ?? 0) / step)));
    }),
  );
  return { inputs: (matrices[0]?.length ?? 0) / outputs, outputs, weights, scale };
}

export interface QuantizedLayer {
  /** Ws, Wp, Wf. */
  readonly matrix: QuantizedMatrix;
  /** Float value of one integer of the sum, by channel: the input's step times the weights' scale. */
  readonly scale: Float32Array<ArrayBuffer>;
  readonly bias: Float32Array<ArrayBuffer>;
}

/** The network in integers. `steps`: value of one activation step of h0..hL and r. */
export interface QuantizedNetwork {
  readonly shape: Shape;
  readonly vectors: QuantizedLayer;
  readonly structure: Omit<QuantizedLayer, 'bias'>;
  readonly layers: readonly QuantizedLayer[];
  readonly readout: QuantizedLayer;
  readonly heads: QuantizedLayer;
  readonly steps: Float32Array<ArrayBuffer>;
}

export function quantize(parameters: Parameters, steps: readonly number[], shape: Shape): QuantizedNetwork {
  const of = (name: string): Float32Array<ArrayBuffer> => {
    const values = parameters.get(name);
    if (values === undefined) throw new RangeError(`no parameter ${name}`);
    return values;
  };
  const layer = (names: readonly string[], bias: string, outputs: number, step: number): QuantizedLayer => {
    const matrix = quantizeMatrices(names.map(of), outputs);
    return { matrix, scale: matrix.scale.map((s) => s * step), bias: Float32Array.from(of(bias)) };
  };
  const { hidden, readout, heads } = shape;
  const first = of('Wx');
  const vectors = quantizeMatrices([first.subarray(0, VECTOR_SIZE * hidden)], hidden);
  const structure = quantizeMatrices([first.subarray(VECTOR_SIZE * hidden, NODE_FEATURES * hidden)], hidden);
  return {
    shape,
    vectors: {
      matrix: vectors,
      scale: vectors.scale.map((s) => s * VECTOR_STEP),
      bias: Float32Array.from(of('bx')),
    },
    structure: { matrix: structure, scale: structure.scale.map((s) => s * STRUCTURE_STEP) },
    layers: Array.from({ length: shape.layers }, (_, l) =>
      layer([`Ws${l}`, `Wp${l}`, `Wf${l}`], `b${l}`, hidden, steps[l] ?? 1),
    ),
    readout: layer(['Wr'], 'br', readout, steps[shape.layers] ?? 1),
    heads: layer(['Wh'], 'bh', heads, steps[shape.layers + 1] ?? 1),
    steps: Float32Array.from(steps),
  };
}
