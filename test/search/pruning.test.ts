import { describe, expect, test } from 'vitest';
import { importanceCalls } from '../../src/search/pruning.ts';
import { best } from '../../src/search/result.ts';
import { runSearch } from '../../src/search/run.ts';
import { ask, type SearchState, startSearch } from '../../src/search/search.ts';
import { SEARCH_SETTINGS, type SearchSettingsInput } from '../../src/search/settings.ts';
import { spaceOf } from '../../src/spaces/registry.ts';
import type { Space } from '../../src/spaces/space.ts';
import { toyScores } from './toy-scorer.ts';

const nasBench201 = spaceOf('nas-bench-201');

const begin = (space: Space, settings: Omit<SearchSettingsInput, 'algorithm'>): SearchState =>
  startSearch(space, SEARCH_SETTINGS.parse({ algorithm: 'pruning', ...settings }));

/** Calls that a pruning search made, whether or not their networks were known already. */
async function calls(space: Space, start: SearchState): Promise<number> {
  const { evaluations, repeated } = await runSearch(space, start, toyScores);
  return evaluations.length + repeated;
}

test('the first round makes |O| x E calls: one for each operator on each edge', () => {
  const start = begin(nasBench201, { evaluations: 1_000, options: { supernet: 'parallel' } });
  expect(ask(nasBench201, start).state.generation).toHaveLength(5 * 6);
});

test('the rounds make as many calls as operators are still open, and one for the survivor', async () => {
  const start = begin(nasBench201, { evaluations: 1_000, options: { supernet: 'parallel' } });
  expect(importanceCalls(nasBench201)).toBe((5 + 4 + 3 + 2) * 6);
  expect(await calls(nasBench201, start)).toBe((5 + 4 + 3 + 2) * 6 + 1);
});

test('the expected score takes a call for each of its draws', async () => {
  const options = { supernet: 'expected', completions: 3 } as const;
  expect(await calls(nasBench201, begin(nasBench201, { evaluations: 1_000, options }))).toBe(3 * 84 + 1);
});

test('by default it draws as often as its budget buys', async () => {
  expect(await calls(nasBench201, begin(nasBench201, { evaluations: 84 * 7 + 1 }))).toBe(84 * 7 + 1);
});

test('a supernet is a call, never a result', async () => {
  const start = begin(nasBench201, { evaluations: 1_000, options: { supernet: 'parallel' } });
  const { evaluations } = await runSearch(nasBench201, start, toyScores);
  expect(evaluations.filter(({ genome }) => genome !== undefined)).toHaveLength(1);
});

test.each(['parallel', 'expected'] as const)(
  'where operators are worth the more the better they are, %s keeps the best on every edge',
  async (supernet) => {
    const space = spaceOf('macro-chain');
    const byKernels = async (candidates: Parameters<typeof toyScores>[0]) =>
      candidates.map(({ graph }) => ({
        score: graph.nodes.reduce((sum, { op }) => sum + Number(/(\d) by/.exec(op)?.[1] ?? 0), 0),
      }));
    const start = begin(space, { evaluations: 200, options: { supernet } });
    const survivor = (await runSearch(space, start, byKernels)).evaluations.at(-1);
    expect(survivor?.genome).toEqual([2, 2, 2, 2, 2, 2, 2, 2]);
  },
);

describe('what is left at the end', () => {
  test('is a cell of NAS-Bench-101, although all edges together would be too many', async () => {
    const space = spaceOf('nas-bench-101');
    const start = begin(space, { evaluations: 300, options: { supernet: 'parallel' } });
    const found = best(await runSearch(space, start, toyScores));
    expect(found && space.violation?.(found.genome)).toBe(0);
  });

  test.each(['parallel', 'expected'] as const)('is within the limits, scored by %s', async (supernet) => {
    const constraints = { params: { max: 0.4e6 } };
    const start = begin(nasBench201, { evaluations: 200, constraints, options: { supernet } });
    const { evaluations } = await runSearch(nasBench201, start, toyScores);
    expect(evaluations.at(-1)?.genome).toBeDefined();
    expect(evaluations.at(-1)?.params).toBeLessThanOrEqual(0.4e6);
  });
});

test('a budget too small for a single pass is refused, naming one that would do', () => {
  expect(() => begin(nasBench201, { evaluations: 84 })).toThrow(
    expect.objectContaining({ code: 'budget-too-small', message: expect.stringContaining('85') }),
  );
});

test('a space without a supernet is refused in parallel and pruned by expectation', async () => {
  const space = spaceOf('darts');
  expect(() => begin(space, { evaluations: 5_000, options: { supernet: 'parallel' } })).toThrow(
    expect.objectContaining({ code: 'no-supernet' }),
  );
  const end = await runSearch(space, begin(space, { evaluations: 1_000 }), toyScores);
  expect(end.finish).toBe('complete');
});
