import type { Candidate } from '../spaces/candidate.ts';
import type { Space } from '../spaces/space.ts';
import type { Score } from './evaluation.ts';
import { ask, type SearchState, tell } from './search.ts';

/** Scores candidates, one score each, in order. */
export type ScoreCandidates = (candidates: readonly Candidate[]) => Promise<readonly Score[]>;

/**
 * Drives a search to its end in one process.
 *
 * @param batch candidates a call of `score`, at most; the result does not depend on it
 * @param onStep called with every state after scores were told
 */
export async function runSearch(
  space: Space,
  state: SearchState,
  score: ScoreCandidates,
  { batch = 256, onStep }: { batch?: number; onStep?: (state: SearchState) => void } = {},
): Promise<SearchState> {
  let at = state;
  while (at.finish === null) {
    const asked = ask(space, at);
    at = asked.state;
    for (let start = 0; start < asked.candidates.length; start += batch) {
      const candidates = asked.candidates.slice(start, start + batch);
      const scores = await score(candidates);
      const told = candidates.flatMap(({ key }, i) => {
        const given = scores[i];
        return given === undefined ? [] : [[key, given] as const];
      });
      at = tell(at, new Map(told));
      onStep?.(at);
    }
  }
  return at;
}
