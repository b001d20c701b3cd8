/** Weights in int8, symmetric, with a scale of their own for each row or column. */
import type { Tensor } from './safetensors.ts';

const LARGEST = 127;

/** A matrix in int8; a value is its step times the scale of its column. */
export interface QuantizedColumns {
  readonly steps: Int8Array;
  readonly scales: Float32Array;
}

/** Rounds a row-major matrix with `columns` columns to int8, each column at its own scale. */
export function quantizeColumns(data: Float32Array, columns: number): QuantizedColumns {
  const scales = new Float32Array(columns);
  data.forEach((value, i) => {
    const column = i % columns;
    scales[column] = Math.max(scales[column] ?? 0, Math.abs(value) / LARGEST);
  });
  return {
    steps: Int8Array.from(data, (value, i) => Math.round(value / (scales[i % columns] || 1))),
    scales,
  };
}

/** Rounds each row of a matrix to int8: float32 scale [rows], then int8 [rows][columns], as one run of bytes. */
export function quantizeRows({ dims: [rows = 0, columns = 0], data }: Tensor): Uint8Array {
  const scales = new Float32Array(rows);
  const steps = new Int8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const values = data.subarray(row * columns, (row + 1) * columns);
    const scale = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) / LARGEST;
    scales[row] = scale;
    values.forEach((value, i) => {
      steps[row * columns + i] = Math.round(value / (scale || 1));
    });
  }
  return Buffer.concat([Buffer.from(scales.buffer), Buffer.from(steps.buffer)]);
}
