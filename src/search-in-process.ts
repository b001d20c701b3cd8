/** A search from its start to its end in this process: what the command line and the library have in common. */
import type { Lexicon } from './operators/lexicon.ts';
import type { Scorer } from './predictor/scorer.ts';
import { refuseUnknownHeads, vectorsFor } from './search/readiness.ts';
import { runSearch } from './search/run.ts';
import { type SearchState, startSearch } from './search/search.ts';
import type { SearchSettings } from './search/settings.ts';
import { detailsFor, subjectOf } from './search/subject.ts';
import type { Space } from './spaces/space.ts';

export interface Watching {
  /** Called with every state after scores were told. */
  readonly onStep?: (state: SearchState) => void;
  /** Ends the search: it rejects with the signal's reason before anything more is scored. */
  readonly signal?: AbortSignal;
}

/**
 * @throws SearchError when the settings do not fit the space or the model
 * @throws NewWordsRefused when the space has operators that no vector can be made for
 */
export async function searchInProcess(
  space: Space,
  settings: SearchSettings,
  scorer: Scorer,
  lexicon: Lexicon,
  { onStep, signal }: Watching = {},
): Promise<SearchState> {
  // Before words are embedded: most that can be wrong is known by then.
  const start = startSearch(space, settings);
  refuseUnknownHeads(settings, scorer);
  const vectors = await vectorsFor(space, scorer, lexicon, 'local');
  const details = detailsFor(settings);
  return runSearch(
    space,
    start,
    (candidates) => {
      signal?.throwIfAborted();
      return scorer.score(candidates.map(subjectOf), vectors, details);
    },
    onStep === undefined ? {} : { onStep },
  );
}
