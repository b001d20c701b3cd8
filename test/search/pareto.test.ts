import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Evaluation } from '../../src/search/evaluation.ts';
import { crowdingDistances, dominates, nonDominatedFronts, ranked } from '../../src/search/pareto.ts';
import { front } from '../../src/search/result.ts';
import { runSearch } from '../../src/search/run.ts';
import { startSearch } from '../../src/search/search.ts';
import { SEARCH_SETTINGS } from '../../src/search/settings.ts';
import { architectureCandidate } from '../../src/spaces/candidate.ts';
import { spaceOf } from '../../src/spaces/registry.ts';
import { enumerate } from '../../src/spaces/variation.ts';
import { toyScore, toyScores } from './toy-scorer.ts';

const vectors = fc.array(fc.tuple(fc.nat(6), fc.nat(6)), { minLength: 1, maxLength: 25 });

test('a vector dominates another that it beats somewhere and loses to nowhere', () => {
  expect(dominates([1, 2], [1, 3])).toBe(true);
  expect(dominates([1, 2], [1, 2])).toBe(false);
  expect(dominates([0, 3], [1, 2])).toBe(false);
});

test('fronts are what is left undominated as each front is taken away', () => {
  fc.assert(
    fc.property(vectors, (points) => {
      let rest = points.map((_, i) => i);
      for (const found of nonDominatedFronts(points)) {
        const undominated = rest.filter((i) =>
          rest.every((j) => !dominates(points[j] ?? [], points[i] ?? [])),
        );
        expect(found).toEqual(undominated);
        rest = rest.filter((i) => !found.includes(i));
      }
      expect(rest).toEqual([]);
    }),
  );
});

test('crowding is the sum of the gaps to both neighbours, and infinite at the ends', () => {
  const distances = crowdingDistances([
    [0, 10],
    [1, 6],
    [4, 5],
    [10, 0],
  ]);
  expect(distances).toEqual([Infinity, 4 / 10 + 5 / 10, 9 / 10 + 6 / 10, Infinity]);
});

describe('the order of a population', () => {
  const evaluation = (score: number, params: number): Evaluation => ({
    key: `${score}/${params}`,
    score,
    params,
    flops: 0,
    depth: 0,
  });
  const settings = (objectives: ['score'] | ['score', string], constraints = {}) =>
    SEARCH_SETTINGS.parse({ algorithm: 'evolution', evaluations: 10, objectives, constraints });
  const order = (given: Evaluation[], ...how: Parameters<typeof settings>) =>
    ranked(given, settings(...how)).map(({ key }) => key);

  test('is by score when that is all there is to it', () => {
    expect(order([evaluation(1, 0), evaluation(3, 0), evaluation(2, 0)], ['score'])).toEqual([
      '3/0',
      '2/0',
      '1/0',
    ]);
  });

  test('puts what is within the limits before the best that is not, and that by how far it is over', () => {
    const given = [evaluation(9, 30), evaluation(8, 20), evaluation(1, 5)];
    expect(order(given, ['score'], { params: { max: 10 } })).toEqual(['1/5', '8/20', '9/30']);
  });

  test('takes fronts in turn, and in a front the loneliest first', () => {
    const given = [
      evaluation(1, 1),
      evaluation(5, 5),
      evaluation(5.5, 5.4),
      evaluation(9, 9),
      evaluation(4, 8),
    ];
    const [first, second, ...others] = order(given, ['score', 'params']);
    expect([first, second].sort()).toEqual(['1/1', '9/9']);
    expect(others.at(-1)).toBe('4/8');
  });
});

test('evolution with two objectives comes near the true front, which exhaustive search finds', async () => {
  const space = spaceOf('macro-chain');
  const found = async (algorithm: 'evolution' | 'exhaustive', evaluations: number) => {
    const objectives = ['score', 'params'] as ['score', string];
    const settings = SEARCH_SETTINGS.parse({ algorithm, evaluations, seed: 5, objectives });
    return front(await runSearch(space, startSearch(space, settings), toyScores));
  };
  const truth = await found('exhaustive', 10_000);
  const all = [...enumerate(space)].map((genome) => {
    const candidate = architectureCandidate(space, genome);
    return [-toyScore(candidate).score, candidate.cost.params];
  });
  for (const { score, params } of truth) {
    expect(all.some((point) => dominates(point, [-score, params]))).toBe(false);
  }
  // Area under the front: scores from 0 up, params as a share of the largest network's.
  const most = Math.max(...all.map(([, params = 0]) => params));
  const area = (points: typeof truth): number =>
    points.reduce(
      (sum, { score, params }, i) => sum + (score - (points[i + 1]?.score ?? 0)) * (1 - params / most),
      0,
    );
  expect(area(await found('evolution', 600))).toBeGreaterThan(0.97 * area(truth));
});

test('a limit on a head, known only once a network is scored, keeps it out of the result', async () => {
  const space = spaceOf('nas-bench-201');
  const settings = SEARCH_SETTINGS.parse({
    algorithm: 'evolution',
    evaluations: 200,
    constraints: { latency: { max: 60 } },
    objectives: ['score', 'latency'],
  });
  const found = front(await runSearch(space, startSearch(space, settings), toyScores));
  expect(found.length).toBeGreaterThan(1);
  for (const { heads } of found) expect(heads?.latency).toBeLessThanOrEqual(60);
});
