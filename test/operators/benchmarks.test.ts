import { expect, test } from 'vitest';
import { DARTS_OPERATORS } from '../../src/formats/darts-genotype.ts';
import { NAS_BENCH_101_OPERATORS } from '../../src/formats/nas-bench-101.ts';
import { NAS_BENCH_201_OPERATORS } from '../../src/formats/nas-bench-201.ts';
import { FORMATS } from '../../src/formats/registry.ts';
import { describe } from '../../src/operators/describe.ts';
import { table } from './artefacts.ts';

const benchmarks = {
  'NAS-Bench-101': NAS_BENCH_101_OPERATORS,
  'NAS-Bench-201': NAS_BENCH_201_OPERATORS,
  'DARTS and NDS': DARTS_OPERATORS,
};

test.each(Object.entries(benchmarks))(
  '%s: names mean the same alone and in the format, and have vectors',
  (_, names) => {
    for (const [name, words] of Object.entries(names)) {
      expect(describe(name)).toBe(words);
      expect(table.has(words), words).toBe(true);
    }
  },
);

test.each([...FORMATS.values()])("every operator of $id's example has a vector", (format) => {
  const words = format.graph(format.parse(format.example)).nodes.map(({ op }) => describe(op));
  expect(words.length).toBeGreaterThan(2);
  expect(words.filter((op) => !table.has(op))).toEqual([]);
});
