/** All of NAS-Bench-201 searched: by a Durable Object and its Scorer, by the library, and in a plain loop. */
import { setTimeout as sleep } from 'node:timers/promises';
import { search as snapshot } from '../../src/api/search-schemas.ts';
import { openLexicon, openScorer, readSubject, search } from '../../src/library.ts';
import { WranglerDev } from '../../test/faults/wrangler-dev.ts';
import { cellTexts } from './subjects.ts';

const CELLS = cellTexts();
const REQUEST = {
  space: 'nas-bench-201',
  algorithm: 'exhaustive',
  budget: { evaluations: CELLS.length },
} as const;
/** As many as the coordinator sends in one call. */
const BATCH = 256;

export interface Exhaustive {
  /** Seconds from the request until the result is read, over HTTP and with every step kept. */
  readonly durableObject: number;
  /** Seconds of the same search in this process. */
  readonly library: number;
  /** Seconds to read and score every cell, those that are one network as often as they are written. */
  readonly plainLoop: number;
}

/** Runs a measurement and returns its seconds and the best score that it found. */
async function timed(find: () => Promise<number>): Promise<{ seconds: number; best: number }> {
  const from = performance.now();
  const best = await find();
  return { seconds: (performance.now() - from) / 1_000, best };
}

async function byDurableObject(server: WranglerDev, key: string): Promise<number> {
  const answer = await server.post('/v1/searches', REQUEST, key);
  for (let shown = snapshot.parse(await answer.json()); ; ) {
    if (shown.state === 'completed') return shown.best?.score ?? Number.NaN;
    if (shown.state !== 'running') throw new Error(`the search is ${shown.state}: ${shown.problem?.detail}`);
    await sleep(20);
    shown = snapshot.parse(await (await server.get(`/v1/searches/${shown.id}`, key)).json());
  }
}

/** @throws Error when the three do not find the same score */
export async function measureExhaustive(): Promise<Exhaustive> {
  const server = await WranglerDev.start(['wrangler.toml']);
  try {
    const key = await server.newKey();
    const scorer = openScorer();
    const lexicon = openLexicon();
    const durableObject = await timed(() => byDurableObject(server, key));
    const library = await timed(async () => (await search(scorer, REQUEST, { lexicon })).best?.score ?? 0);
    const plainLoop = await timed(async () => {
      let best = 0;
      for (let from = 0; from < CELLS.length; from += BATCH) {
        const subjects = CELLS.slice(from, from + BATCH).map((cell) => readSubject('nas-bench-201', cell));
        for (const { score } of await scorer.score(subjects)) best = Math.max(best, score);
      }
      return best;
    });
    if (new Set([durableObject.best, library.best, plainLoop.best]).size > 1) {
      throw new Error(`not one best score: ${durableObject.best}, ${library.best}, ${plainLoop.best}`);
    }
    return {
      durableObject: durableObject.seconds,
      library: library.seconds,
      plainLoop: plainLoop.seconds,
    };
  } finally {
    await server.stop();
  }
}
