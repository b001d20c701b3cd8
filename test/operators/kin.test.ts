import { describe, expect, it } from 'vitest';
import { respell, SPELLINGS } from '../../scripts/evaluate/respelled.ts';
import { allWordings, REWORDED, wordingsOf, wordingVectors } from '../../scripts/train/wordings.ts';
import { readArtefacts } from '../../src/predictor/artefacts-node.ts';
import { VECTOR_STEP } from '../../src/predictor/encode.ts';
import { kinOf, operatorTable } from '../../src/predictor/operator-table.ts';
import { nasBench201Space } from '../../src/spaces/nas-bench-201.ts';
import { enumerate } from '../../src/spaces/variation.ts';

const artefacts = readArtefacts();
const table = operatorTable(artefacts);
const kin = kinOf(artefacts, table);

describe('the kin of a vector', () => {
  it('is the operator itself where its layers are known', () => {
    for (const op of ['convolution 7 by 7', 'linear layer', 'identity', ...REWORDED]) {
      expect(kin(table.vector64(op) ?? [])).toBe(op);
    }
  });

  it('is never one whose layers nobody knows', () => {
    const op = 'selective state space layer';
    expect(table.has(op)).toBe(true);
    expect(kin(table.vector64(op) ?? [])).not.toBe(op);
  });

  it('is what the nearest wording words', () => {
    const vectorsOf = wordingVectors(artefacts);
    for (const op of ['convolution 1 by 1', 'average pooling 3 by 3']) {
      const [first] = vectorsOf(op);
      expect(kin(Float32Array.from(first ?? [], (step) => step * VECTOR_STEP))).toBe(op);
    }
  });

  it('needs files that belong together', () => {
    const bytes = artefacts.binaries['wordings-64.bin']?.slice(64) ?? new Uint8Array();
    const binaries = { ...artefacts.binaries, 'wordings-64.bin': bytes };
    expect(() => kinOf({ ...artefacts, binaries }, table)).toThrow(/expected \d+ bytes, found \d+/);
  });
});

describe('other wordings', () => {
  it('are of operators that have a row in the table', () => {
    expect(REWORDED.filter((op) => !table.has(op) || wordingsOf(op).length === 0)).toEqual([]);
  });

  it('have none of those that are judged by', () => {
    const judged = new Set(Object.values(SPELLINGS).flatMap((names) => Object.values(names)));
    expect(allWordings().filter((wording) => judged.has(wording))).toEqual([]);
  });
});

it('cells keep their ranks in other words', async () => {
  const cells = [...enumerate(nasBench201Space)].map((genome) => nasBench201Space.print(genome));
  for (const { title, asRead, forced } of await respell(cells.filter((_, i) => i % 60 === 0))) {
    if (title !== 'a description') expect(asRead, title).toBeGreaterThanOrEqual(0.99);
    expect(forced, title).toBeGreaterThanOrEqual(0.95);
  }
}, 120_000);
