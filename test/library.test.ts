import { expect, test } from 'vitest';
import {
  BatchError,
  exportArchitecture,
  openLexicon,
  openScorer,
  SearchError,
  scoreBatch,
  search,
  spaceOf,
} from '../src/library.ts';

const CELL = '|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|skip_connect~1|nor_conv_3x3~2|';
const REQUEST = { space: 'nas-bench-201', budget: { evaluations: 150 }, seed: 7 } as const;
const scorer = openScorer();
const lexicon = openLexicon();
const lookUp = (words: Iterable<string>) => lexicon.lookUp(words, 'tests');

test('architectures are scored in process, and one that cannot be read is named by its index', async () => {
  const batch = { format: 'nas-bench-201', architectures: [CELL, CELL], include: ['cost'] } as const;
  const [first, second] = await scoreBatch(scorer, batch, lookUp);
  expect(first).toMatchObject({ index: 0, cost: { depth: 2 } });
  expect(second).toEqual({ ...first, index: 1 });
  const error = await scoreBatch(scorer, { ...batch, architectures: [CELL, `${CELL}+`] }, lookUp).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(BatchError);
  expect((error as BatchError).faults[0].index).toBe(1);
});

test('a search runs in process to the end of its budget; its best scores what it was said to, and is exported', async () => {
  const seen: number[] = [];
  const { best, finish, progress } = await search(scorer, REQUEST, {
    onStep: ({ evaluations }) => seen.push(evaluations),
  });
  expect([finish, progress.evaluations, seen.at(-1)]).toEqual(['budget', 150, 150]);
  const architecture = best?.architecture ?? '';
  const batch = { format: 'nas-bench-201', architectures: [architecture] } as const;
  expect((await scoreBatch(scorer, batch, lookUp))[0]?.score).toBe(best?.score);
  const space = spaceOf('nas-bench-201');
  expect(exportArchitecture(space, space.read(architecture), 'pytorch').text).toContain('class Network');
  expect((await search(scorer, REQUEST)).best).toEqual(best);
});

test('a space of the caller is searched whole', async () => {
  const edges = [{ from: 'in', to: 'out', choices: ['conv3x3', 'max pooling 3 by 3', 'none'] }];
  const { finish, best } = await search(scorer, {
    space: { kind: 'cell', edges },
    algorithm: 'exhaustive',
    budget: { evaluations: 10 },
  });
  expect(finish).toBe('exhausted');
  expect(best?.architecture).toContain('convolution 3 by 3');
});

test('what makes no sense is refused by its place, and an aborted search rejects with the reason', async () => {
  const wrong = search(scorer, { ...REQUEST, constraints: { params: { min: 2, max: 1 } } });
  await expect(wrong).rejects.toBeInstanceOf(SearchError);
  await expect(wrong).rejects.toMatchObject({ code: 'settings', pointer: '/constraints/params' });
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(search(scorer, REQUEST, { signal })).rejects.toThrow('enough');
});
