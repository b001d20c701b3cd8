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
 * Finds the known operator that a vector [64] means: see `operators/kin.ts`.
 *
 * @throws Error when files are missing or do not belong together
 */
export function kinOf(artefacts: Artefacts, table: OperatorTable): (vector: ArrayLike<number>) => string {
  const { operators } = artefacts.documents['wordings.json'] as WordingManifest;
  const rows = new Int8Array(bufferOf(artefacts, 'wordings-64.bin'));
  const calls: Called[] = table.operators.map(({ op }) => ({
    op,
    vectors: table.vector64(op) ?? [],
    step: 1,
  }));
  let end = 0;
  for (const [op, count] of Object.entries(operators)) {
    const vectors = rows.subarray(end, end + count * COLUMNS);
    end += count * COLUMNS;
    calls.push({ op, vectors, step: VECTOR_STEP });
  }
  if (end !== rows.length) throw new Error(`wordings-64.bin: expected ${end} bytes, found ${rows.length}`);
  return kinFinder(calls);
}
