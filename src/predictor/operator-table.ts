import { type OperatorArtefacts, OperatorTable } from '../operators/table.ts';
import type { Artefacts } from './scorer.ts';

/**
 * The operator table among the artefacts.
 *
 * @throws Error when files are missing or do not belong together
 */
export function operatorTable({ documents, binaries }: Artefacts): OperatorTable {
  const buffer = (name: string): ArrayBuffer => {
    const bytes = binaries[name];
    if (bytes === undefined) throw new Error(`${name} is missing`);
    return bytes.slice().buffer;
  };
  return new OperatorTable({
    manifest: documents['operators.json'] as OperatorArtefacts['manifest'],
    embeddings: buffer('operators-384.bin'),
    projections: buffer('operators-64.bin'),
    coefficients: buffer('operators-pca.bin'),
  });
}
