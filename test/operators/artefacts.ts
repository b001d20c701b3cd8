import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OperatorArtefacts, OperatorTable } from '../../src/operators/table.ts';

export const fileOf = (name: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(join(import.meta.dirname, '../../models', name)));

/** The committed table. */
export const artefacts: OperatorArtefacts = {
  manifest: JSON.parse(new TextDecoder().decode(fileOf('operators.json'))),
  embeddings: fileOf('operators-384.bin').buffer,
  projections: fileOf('operators-64.bin').buffer,
  coefficients: fileOf('operators-pca.bin').buffer,
};

export const table = new OperatorTable(artefacts);

/** The vector of an operator that must be in the table. */
export function embeddingOf(op: string): Float32Array {
  const vector = table.vector384(op);
  if (vector === undefined) throw new Error(`${op} is not in the table`);
  return vector;
}

export function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
