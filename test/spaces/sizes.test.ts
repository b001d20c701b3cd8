import { expect, test } from 'vitest';
import { architectureCandidate } from '../../src/spaces/candidate.ts';
import { dartsSpace } from '../../src/spaces/darts.ts';
import { macroChainSpace } from '../../src/spaces/macro-chain.ts';
import { nasBench101CellSpace, nasBench101Space } from '../../src/spaces/nas-bench-101.ts';
import { nasBench201Space } from '../../src/spaces/nas-bench-201.ts';
import { type Space, sizeOf } from '../../src/spaces/space.ts';
import { transNasBench101Space } from '../../src/spaces/transnas-bench-101.ts';
import { enumerate } from '../../src/spaces/variation.ts';

function count(space: Space): { genomes: number; distinct: number } {
  const keys = new Set<string>();
  let genomes = 0;
  for (const genome of enumerate(space)) {
    keys.add(architectureCandidate(space, genome).key);
    genomes += 1;
  }
  return { genomes, distinct: keys.size };
}

test("the benchmarks' spaces have the sizes that their papers state", () => {
  expect(sizeOf(nasBench201Space)).toEqual({ genomes: 15_625n, exact: true });
  expect(sizeOf(transNasBench101Space)).toEqual({ genomes: 4_096n, exact: true });
  expect(sizeOf(macroChainSpace)).toEqual({ genomes: 6_561n, exact: true });
  // 2^21 adjacency matrices times 3^5 operators, about 510 million (Ying et al., section 2.1).
  expect(sizeOf(nasBench101Space)).toEqual({ genomes: 2n ** 21n * 3n ** 5n, exact: false });
  // (k+1)k/2 pairs of inputs and 7^2 operators for each of k = 1..4, twice (Liu et al., appendix A.1).
  const cell = [1n, 2n, 3n, 4n].reduce((product, k) => (product * (k + 1n) * k * 49n) / 2n, 1n);
  expect(sizeOf(dartsSpace)).toEqual({ genomes: cell ** 2n, exact: true });
});

test('cells of NAS-Bench-101 of up to five vertices are as many as the benchmark counts', () => {
  // 1, 6, 84 and 2,441 cells of exactly 2, 3, 4 and 5 vertices.
  expect([2, 3, 4, 5].map((vertices) => count(nasBench101CellSpace(vertices)).distinct)).toEqual([
    1, 7, 91, 2_532,
  ]);
});

test("NAS-Bench-201's cells are 5,425 networks", () => {
  expect(count(nasBench201Space)).toEqual({ genomes: 15_625, distinct: nasBench201Space.distinct });
});

test('enumeration goes on from any genome', () => {
  const all = [...enumerate(macroChainSpace)];
  expect(all).toHaveLength(6_561);
  expect([...enumerate(macroChainSpace, all[6_000])]).toEqual(all.slice(6_000));
});
