import type { Detail, Subject } from '../predictor/scorer.ts';
import type { Candidate } from '../spaces/candidate.ts';
import { headsNamed, type SearchSettings } from './settings.ts';

/** What the scorer is shown of a candidate. */
export function subjectOf({ graph, space, size }: Candidate): Subject {
  return { graph, space, ...(size && { size }) };
}

/** What a search wants to be told besides scores. */
export const detailsFor = (settings: SearchSettings): readonly Detail[] =>
  headsNamed(settings).length === 0 ? [] : ['heads'];
