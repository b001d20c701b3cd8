import type { Subject } from '../predictor/scorer.ts';
import type { Candidate } from '../spaces/candidate.ts';

/** What the scorer is shown of a candidate. */
export function subjectOf({ graph, space, size }: Candidate): Subject {
  return { graph, space, ...(size && { size }) };
}
