/** tgnas-edge as a library in Node: `import { openLexicon, openScorer, scoreBatch, search } from 'tgnas-edge'`. */

import type { Lexicon } from './operators/lexicon.ts';
import { readArtefacts } from './predictor/artefacts-node.ts';
import { openKernel } from './predictor/engine-node.ts';
import { openLexicon as openLexiconOn } from './predictor/lexicon-node.ts';
import { createScorer, type Scorer } from './predictor/scorer.ts';
import { type Findings, findingsOf, type Progress, progressOf } from './search/coordinator/found.ts';
import type { Finish, SearchState } from './search/search.ts';
import { SearchError } from './search/search-error.ts';
import { SEARCH_SETTINGS, type SearchSettings, type SearchSettingsInput } from './search/settings.ts';
import { searchInProcess } from './search-in-process.ts';
import type { SpaceDefinition } from './spaces/definition.ts';
import { spaceOf } from './spaces/registry.ts';

export type { FormatId } from './formats/format.ts';
export { FORMATS, readArchitecture } from './formats/registry.ts';
export { ArchitectureError } from './graph/architecture-error.ts';
export { canonicalize } from './graph/canonicalize.ts';
export { type Cost, costOf } from './graph/cost.ts';
export type { OperatorGraph, OperatorNode } from './graph/operator-graph.ts';
export { describe } from './operators/describe.ts';
export type { Lexicon, Meaning } from './operators/lexicon.ts';
export { NewWordsRefused } from './operators/new-words.ts';
export {
  BatchError,
  type Include,
  readSubject,
  type ScoreBatch,
  type ScoreResult,
  scoreBatch,
} from './predictor/score-batch.ts';
export type { Prediction, Scorer, Subject } from './predictor/scorer.ts';
export type { FoundArchitecture, Improvement } from './search/coordinator/found.ts';
export { EXPORTS, type ExportForm, exportArchitecture } from './spaces/export/export.ts';
export { SPACES } from './spaces/registry.ts';
export type { Space } from './spaces/space.ts';
export { SearchError, type SpaceDefinition, spaceOf };

/** A scorer on the models that come with this package. */
export const openScorer = (): Scorer => createScorer(readArtefacts(), openKernel);

/** The words that `scoreBatch` looks up: those of the models, and the encoder's for operators nobody has listed. */
export const openLexicon = (): Lexicon => openLexiconOn(readArtefacts());

/** The body of `POST /v1/searches`, without the webhook. */
export interface SearchRequest extends Omit<SearchSettingsInput, 'algorithm' | 'evaluations'> {
  readonly space: string | SpaceDefinition;
  readonly algorithm?: SearchSettingsInput['algorithm'];
  readonly budget: { readonly evaluations: number };
}

/** What a search has come to so far. */
export interface SearchResult extends Findings {
  readonly progress: Progress;
  /** Why it ended; null while it runs. */
  readonly finish: Finish | null;
}

export interface SearchOptions {
  /** For operators that nobody has listed; opened on the models of this package when it is not given. */
  readonly lexicon?: Lexicon;
  /** Called after every generation. What it costs to say how things stand is spent when `result` is called. */
  readonly onStep?: (progress: Progress, result: () => SearchResult) => void;
  readonly signal?: AbortSignal;
}

/** @throws SearchError `settings` with the place of what is wrong */
function settingsOf({ space: _, algorithm = 'hybrid', budget, ...others }: SearchRequest): SearchSettings {
  const parsed = SEARCH_SETTINGS.safeParse({ ...others, algorithm, evaluations: budget.evaluations });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new SearchError('settings', issue?.message ?? '', `/${issue?.path.join('/')}`);
}

/**
 * Searches a space to the end of its budget. The same request and model find the same architectures, here, in the
 * shell and on the server.
 *
 * @example
 * const { best } = await search(openScorer(), { space: 'nas-bench-201', budget: { evaluations: 1_000 }, seed: 7 });
 *
 * @throws SearchError, ArchitectureError when the request makes no sense
 * @throws NewWordsRefused when the space has operators that no vector can be made for
 */
export async function search(
  scorer: Scorer,
  request: SearchRequest,
  { lexicon, onStep, signal }: SearchOptions = {},
): Promise<SearchResult> {
  const space = spaceOf(request.space);
  const result = (state: SearchState): SearchResult => ({
    progress: progressOf(state),
    finish: state.finish,
    ...findingsOf(space, state),
  });
  const end = await searchInProcess(space, settingsOf(request), scorer, lexicon ?? openLexicon(), {
    ...(signal === undefined ? {} : { signal }),
    ...(onStep === undefined ? {} : { onStep: (state) => onStep(progressOf(state), () => result(state)) }),
  });
  return result(end);
}
