import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readArchitecture } from '../../src/formats/registry.ts';
import { canonicalize } from '../../src/graph/canonicalize.ts';
import { costOf } from '../../src/graph/cost.ts';
import { architectureCandidate, keyOf, supernetCandidate } from '../../src/spaces/candidate.ts';
import { seededRandom } from '../../src/spaces/random.ts';
import { SPACES, spaceOf } from '../../src/spaces/registry.ts';
import { admits, type Genome, type Space, wholeOf } from '../../src/spaces/space.ts';
import { crossover, mutate, sample } from '../../src/spaces/variation.ts';

const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });

function drawn(space: Space, seed: number): Genome {
  const genome = sample(space, seededRandom(seed));
  if (genome === undefined) throw new Error(`nothing drawn from ${space.id}`);
  return genome;
}

describe.each([...SPACES.values()])('$id', (space) => {
  test('an architecture printed and read again is the same network', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const genome = drawn(space, seed);
        const again = space.read(space.print(genome));
        expect(space.print(again)).toBe(space.print(genome));
        if (space.violation === undefined) expect(again).toEqual(genome);
      }),
      { numRuns: 50 },
    );
  });

  test('a genome is the network that its text is', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const genome = drawn(space, seed);
        const read = readArchitecture(space.format, space.print(genome));
        const candidate = architectureCandidate(space, genome);
        expect(candidate.key).toBe(keyOf(canonicalize(read.graph)));
        expect(candidate.cost).toEqual(costOf(read.graph, read.skeleton));
      }),
      { numRuns: 50 },
    );
  });

  test('a mutant differs in one slot and is an architecture', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const genome = drawn(space, seed);
        const mutant = mutate(space, genome, seededRandom(seed)) ?? [];
        expect(mutant.filter((choice, slot) => choice !== genome[slot])).toHaveLength(1);
        expect(admits(space, mutant)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test('a child has every choice from one of its parents and is an architecture', () => {
    fc.assert(
      fc.property(seeds, seeds, (a, b) => {
        const [mother, father] = [drawn(space, a), drawn(space, b)];
        const child = crossover(space, mother, father, seededRandom(a)) ?? [];
        expect(child.every((choice, slot) => choice === mother[slot] || choice === father[slot])).toBe(true);
        expect(admits(space, child)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test('its operators are those of its networks', () => {
    const met = new Set<string>();
    for (let seed = 0; seed < 200; seed++) {
      for (const { op } of space.network(drawn(space, seed)).graph.nodes) met.add(op);
    }
    met.delete('input');
    met.delete('output');
    expect([...met].sort()).toEqual([...space.operators].sort());
  });
});

const withSupernet = [...SPACES.values()].filter(({ supernet }) => supernet !== undefined);

describe.each(withSupernet)('the supernet of $id', (space) => {
  test('with one choice open in every slot is the architecture that makes these choices', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const genome = drawn(space, seed);
        const open = genome.map((choice) => [choice]);
        expect(supernetCandidate(space, open)?.key).toBe(architectureCandidate(space, genome).key);
      }),
      { numRuns: 50 },
    );
  });
});

// NAS-Bench-101 splits a cell's width over the vertices joined at its output, so that more of them cost less.
const ofOneWidth = withSupernet.filter(({ id }) => id !== 'nas-bench-101');

test.each(ofOneWidth)('the supernet of $id costs more than any architecture in it', (space) => {
  const whole = supernetCandidate(space, wholeOf(space));
  for (let seed = 0; seed < 50; seed++) {
    const { cost } = architectureCandidate(space, drawn(space, seed));
    expect(whole?.cost.params).toBeGreaterThan(cost.params);
  }
});

test('DARTS has no supernet, as one is larger than a graph may be', () => {
  expect(supernetCandidate(spaceOf('darts'), wholeOf(spaceOf('darts')))).toBeUndefined();
});

test('the whole space of NAS-Bench-201 in one network has every operator but none and identity on all six edges', () => {
  const space = spaceOf('nas-bench-201');
  expect(supernetCandidate(space, wholeOf(space))?.graph.nodes).toHaveLength(2 + 6 * 3);
});

test('the genotype of DARTS_V2 is in the space, whichever order its inputs are written in', () => {
  const genotype =
    "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 1), ('skip_connect', 0), ('skip_connect', 0), ('dil_conv_3x3', 2)], normal_concat=range(2, 6), reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 1), ('max_pool_3x3', 0), ('skip_connect', 2), ('skip_connect', 2), ('max_pool_3x3', 1)], reduce_concat=range(2, 6))";
  const space = spaceOf('darts');
  const read = readArchitecture('darts', genotype);
  expect(architectureCandidate(space, space.read(genotype)).key).toBe(keyOf(canonicalize(read.graph)));
});

test.each([
  [
    'darts',
    "Genotype(normal=[('none', 0), ('sep_conv_3x3', 1)], normal_concat=[2], reduce=[('none', 0), ('none', 1)], reduce_concat=[2])",
  ],
  ['nas-bench-101', '0000 input|output'],
  ['transnas-bench-101', '64-1112-basic'],
  ['macro-chain', 'mbconv_e6_k3_c32_s2_n2_se'],
])('an architecture that %s does not have is refused', (id, text) => {
  expect(() => spaceOf(id).read(text)).toThrow(
    expect.objectContaining({ code: 'architecture-not-in-space' }),
  );
});

test('an unknown space is refused by naming those that there are', () => {
  expect(() => spaceOf('nas-bench-202')).toThrow(
    expect.objectContaining({ code: 'unknown-space', message: expect.stringContaining('nas-bench-201') }),
  );
});
