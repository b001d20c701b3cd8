import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Score } from '../../src/search/evaluation.ts';
import { best, improvements } from '../../src/search/result.ts';
import { runSearch } from '../../src/search/run.ts';
import { ask, type SearchState, startSearch, tell } from '../../src/search/search.ts';
import { ALGORITHMS, SEARCH_SETTINGS, type SearchSettingsInput } from '../../src/search/settings.ts';
import type { Candidate } from '../../src/spaces/candidate.ts';
import { defineSpace } from '../../src/spaces/definition.ts';
import { spaceOf } from '../../src/spaces/registry.ts';
import type { Space } from '../../src/spaces/space.ts';
import { toyScore, toyScores } from './toy-scorer.ts';

const nasBench201 = spaceOf('nas-bench-201');

const begin = (space: Space, settings: SearchSettingsInput): SearchState =>
  startSearch(space, SEARCH_SETTINGS.parse(settings));

const run = (space: Space, settings: SearchSettingsInput): Promise<SearchState> =>
  runSearch(space, begin(space, settings), toyScores);

const scoresOf = (candidates: readonly Candidate[]): Map<string, Score> =>
  new Map(candidates.map((candidate) => [candidate.key, toyScore(candidate)]));

/** How a search is mistreated: in what pieces it is told, in what order, how often it is stored and asked. */
interface Treatment {
  readonly pieces: readonly number[];
  readonly reversed: boolean;
  readonly stored: boolean;
  readonly askedTwice: boolean;
  readonly toldTwice: boolean;
}

const treatments = fc.record({
  pieces: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
  reversed: fc.boolean(),
  stored: fc.boolean(),
  askedTwice: fc.boolean(),
  toldTwice: fc.boolean(),
});

function mistreat(space: Space, start: SearchState, treatment: Treatment): SearchState {
  const stored = (state: SearchState): SearchState =>
    treatment.stored ? JSON.parse(JSON.stringify(state)) : state;
  let state = start;
  for (let step = 0; state.finish === null; step++) {
    const asked = ask(space, stored(state));
    // Dropping the state that was asked for, as a crash would, and asking again from the one before.
    const { candidates, state: after } = treatment.askedTwice ? ask(space, stored(state)) : asked;
    const piece = treatment.pieces[step % treatment.pieces.length] ?? 1;
    const inOrder = treatment.reversed ? candidates.toReversed() : candidates;
    const told = scoresOf(inOrder.slice(0, piece));
    state = tell(stored(after), told);
    if (treatment.toldTwice) state = tell(stored(state), told);
  }
  return state;
}

const SPACES_TO_SEARCH = ['nas-bench-201', 'nas-bench-101', 'darts', 'transnas-bench-101', 'macro-chain'];

describe.each(ALGORITHMS)('%s', (algorithm) => {
  test('told in pieces, stored, asked twice or told twice, it ends in the same bytes', async () => {
    const settings = { algorithm, evaluations: 200, seed: 7 };
    const undisturbed = JSON.stringify(await run(nasBench201, settings));
    fc.assert(
      fc.property(treatments, (treatment) => {
        const end = mistreat(nasBench201, begin(nasBench201, settings), treatment);
        expect(JSON.stringify(end)).toBe(undisturbed);
      }),
      { numRuns: 10 },
    );
  });

  test.each(SPACES_TO_SEARCH)('keeps within its budget on %s and finds an architecture', async (id) => {
    const space = spaceOf(id);
    const evaluations = id === 'darts' ? 900 : 150;
    const state = await run(space, { algorithm, evaluations, seed: 1 });
    expect(state.evaluations.length).toBeLessThanOrEqual(evaluations);
    const found = best(state);
    expect(found && space.read(space.print(found.genome))).toBeDefined();
  });

  test('scores no network twice', async () => {
    const { evaluations } = await run(nasBench201, { algorithm, evaluations: 300, seed: 2 });
    expect(new Set(evaluations.map(({ key }) => key)).size).toBe(evaluations.length);
  });

  test('proposes nothing that its cost alone puts over a limit', async () => {
    const constraints = { params: { max: 0.6e6 }, depth: { min: 1 } };
    const state = await run(nasBench201, { algorithm, evaluations: 250, seed: 3, constraints });
    expect(state.evaluations.length).toBeGreaterThan(20);
    for (const { params, depth } of state.evaluations) {
      expect(params).toBeLessThanOrEqual(0.6e6);
      expect(depth).toBeGreaterThanOrEqual(1);
    }
  });
});

test('another seed is another search', async () => {
  const searched = async (seed: number) =>
    run(nasBench201, { algorithm: 'evolution', evaluations: 100, seed });
  const keys = async (seed: number) => (await searched(seed)).evaluations.map(({ key }) => key);
  expect(await keys(1)).not.toEqual(await keys(2));
});

test('the batch that a driver makes is no part of the result', async () => {
  const start = () => begin(nasBench201, { algorithm: 'hybrid', evaluations: 200, seed: 4 });
  const ends = await Promise.all(
    [1, 17, 1_024].map((batch) => runSearch(nasBench201, start(), toyScores, { batch })),
  );
  expect(new Set(ends.map((end) => JSON.stringify(end))).size).toBe(1);
});

test('exhaustive search looks at every network of a space once', async () => {
  const state = await run(nasBench201, { algorithm: 'exhaustive', evaluations: 20_000 });
  expect(state.finish).toBe('exhausted');
  expect(state.evaluations).toHaveLength(nasBench201.distinct ?? 0);
  expect(state.evaluations.length + state.repeated).toBe(15_625);
});

const tiny = defineSpace({
  kind: 'cell',
  edges: [
    { from: 'in', to: 'a', choices: ['convolution 3 by 3', 'max pooling 3 by 3', 'none'] },
    { from: 'a', to: 'out', choices: ['convolution 1 by 1', 'identity', 'none'] },
  ],
});

test.each(['random', 'evolution', 'regularized-evolution', 'hybrid'] as const)(
  '%s ends when a small space has nothing new to offer, and has seen all of it',
  async (algorithm) => {
    const state = await run(tiny, { algorithm, evaluations: 1_000 });
    expect(state.finish).toBe('exhausted');
    // Two operators by two, and the one network without a path.
    expect(state.evaluations.filter(({ genome }) => genome !== undefined)).toHaveLength(5);
  },
);

test('a search ends when no architecture is within its limits', async () => {
  const constraints = { params: { max: 1 } };
  const small = await run(tiny, { algorithm: 'random', evaluations: 10, constraints: { depth: { min: 9 } } });
  expect([small.finish, small.evaluations.length]).toEqual(['exhausted', 0]);
  const large = await run(spaceOf('darts'), { algorithm: 'random', evaluations: 10, constraints });
  expect([large.finish, large.evaluations.length]).toEqual(['stalled', 0]);
  expect(best(large)).toBeUndefined();
});

test('on NAS-Bench-201 every guided algorithm beats the mean of random sampling at equal evaluations', async () => {
  const reached = async (algorithm: (typeof ALGORITHMS)[number]) => {
    const ends = await Promise.all(
      [1, 2, 3, 4, 5].map((seed) => run(nasBench201, { algorithm, evaluations: 150, seed })),
    );
    return ends.reduce((sum, end) => sum + (best(end)?.score ?? 0), 0) / ends.length;
  };
  const random = await reached('random');
  expect(await reached('evolution')).toBeGreaterThan(random);
  expect(await reached('hybrid')).toBeGreaterThan(random);
  expect(await reached('pruning')).toBeGreaterThan(random);
  expect(await reached('regularized-evolution')).toBeGreaterThan(random);
});

test('the history is the scores that beat all before them', async () => {
  const history = improvements(await run(nasBench201, { algorithm: 'random', evaluations: 200 }));
  const scores = history.map(({ score }) => score);
  expect(scores).toEqual(scores.toSorted((a, b) => a - b));
  expect(new Set(scores).size).toBe(scores.length);
});

describe('scores that do not fit are refused', () => {
  const asked = ask(nasBench201, begin(nasBench201, { algorithm: 'random', evaluations: 100 }));
  const [first] = asked.candidates;
  const key = first?.key ?? '';
  const code = (expected: string) => expect.objectContaining({ code: expected });

  test('of networks that nobody asked about', () => {
    const strangers = new Map([['constructor', { score: 1 }]]);
    expect(() => tell(asked.state, strangers)).toThrow(code('score-not-asked'));
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('of %d', (score) => {
    expect(() => tell(asked.state, new Map([[key, { score }]]))).toThrow(code('score-not-finite'));
  });

  test('that contradict what was told before, also of a generation gone by', () => {
    const once = tell(asked.state, new Map([[key, { score: 1 }]]));
    expect(() => tell(once, new Map([[key, { score: 2 }]]))).toThrow(code('score-contradicts'));
    const all = tell(asked.state, scoresOf(asked.candidates));
    expect(() => tell(all, new Map([[key, { score: -1 }]]))).toThrow(code('score-contradicts'));
  });

  test('without a head that a limit is on', () => {
    const constraints = { latency: { max: 5 } };
    const limited = ask(
      nasBench201,
      begin(nasBench201, { algorithm: 'random', evaluations: 9, constraints }),
    );
    const scores = new Map([[limited.candidates[0]?.key ?? '', { score: 1, heads: { energy: 1 } }]]);
    expect(() => tell(limited.state, scores)).toThrow(code('head-missing'));
  });
});

test('a state is asked in its own space only', () => {
  const state = begin(nasBench201, { algorithm: 'random', evaluations: 10 });
  expect(() => ask(spaceOf('darts'), state)).toThrow(expect.objectContaining({ code: 'wrong-space' }));
});

describe('settings', () => {
  test.each<[string, unknown]>([
    ['without a budget', { algorithm: 'random' }],
    ['with an unknown algorithm', { algorithm: 'annealing', evaluations: 10 }],
    ['with a limit that is none', { algorithm: 'random', evaluations: 10, constraints: { params: {} } }],
    [
      'with limits that cross',
      { algorithm: 'random', evaluations: 10, constraints: { params: { min: 2, max: 1 } } },
    ],
    ['with the score twice', { algorithm: 'random', evaluations: 10, objectives: ['score', 'score'] }],
    ['with a seed beyond 32 bits', { algorithm: 'random', evaluations: 10, seed: 2 ** 32 }],
    ['with an unknown field', { algorithm: 'random', evaluations: 10, budget: 3 }],
  ])('%s are refused', (_, settings) => {
    expect(SEARCH_SETTINGS.safeParse(settings).success).toBe(false);
  });
});
