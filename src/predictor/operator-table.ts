import { type Called, kinFinder, type WordingManifest } from '../operators/kin.ts';
import { COLUMNS } from '../operators/projection.ts';
import { type OperatorArtefacts, OperatorTable } from '../operators/table.ts';
import { VECTOR_STEP } from './encode.ts';
import type { Artefacts } from './scorer.ts';

function bufferOf({ binaries }: Artefacts, name: string): ArrayBuffer {
  const bytes = binaries[name];
  if (bytes === undefined) throw new Error(`${name} is missing`);
  return bytes.slice().buffer;
}

/**
 * The operator table among the artefacts.
 *
 * @throws Error when files are missing or do not belong together
 */
export function operatorTable(artefacts: Artefacts): OperatorTable {
  return new OperatorTable({
    manifest: artefacts.documents['operators.json'] as OperatorArtefacts['manifest'],
    embeddings: bufferOf(artefacts, 'operators-384.bin'),
    projections: bufferOf(artefacts, 'operators-64.bin'),
    coefficients: bufferOf(artefacts, 'operators-pca.bin'),
  });
}

/**
 * Other wordings of known operators, by canonical words: int8 [wordings][64], in steps of `VECTOR_STEP`.
 *
 * @throws Error when files are missing or do not belong together
 */
export function wordingRows(artefacts: Artefacts): Map<string, Int8Array> {
  const { operators } = artefacts.documents['wordings.json'] as WordingManifest;
  const rows = new Int8Array(bufferOf(artefacts, 'wordings-64.bin'));
  const byOperator = new Map<string, Int8Array>();
  let end = 0;
  for (const [op, count] of Object.entries(operators)) {
    const from = end;
    end += count * COLUMNS;
    byOperator.set(op, rows.subarray(from, end));
  }
  if (end !== rows.length) throw new Error(`wordings-64.bin: expected ${end} bytes, found ${rows.length}`);
  return byOperator;
}

/**
 * Finds the known operator that a vector [64] means: see `operators/kin.ts`.
 *
 * @throws Error when files are missing or do not belong together
 */
export function kinOf(artefacts: Artefacts, table: OperatorTable): (vector: ArrayLike<number>) => string {
  const listed = table.operators.map(
    ({ op }): Called => ({ op, vectors: table.vector64(op) ?? [], step: 1 }),
  );
  const worded = [...wordingRows(artefacts)].map(
    ([op, vectors]): Called => ({ op, vectors, step: VECTOR_STEP }),
  );
  return kinFinder([...listed, ...worded]);
}
