import type { Prediction, Subject } from '../../predictor/scorer.ts';
import type { Candidate } from '../../spaces/candidate.ts';
import type { Score } from '../evaluation.ts';
import { subjectOf } from '../subject.ts';

/** Scores subjects, one prediction each, in order; may fail, and may then be called again. */
export type ScoreSubjects = (subjects: readonly Subject[]) => Promise<readonly Prediction[]>;

export interface FanOut {
  /** Scores by key, of all batches that were scored. */
  readonly scores: ReadonlyMap<string, Score>;
  /** Why others were not, if any. */
  readonly failure?: unknown;
}

/** Fewer in a call are not worth the call, more would keep one worker busy while others have nothing to do. */
const MIN_BATCH = 32;
const MAX_BATCH = 256;
const PARALLEL = 8;
/** Candidates scored in one step at most. */
export const STEP_CANDIDATES = PARALLEL * MAX_BATCH;

/** Pauses before a batch that failed is tried again, in milliseconds. */
const RETRY_PAUSES = [50, 200, 800] as const;

async function scoreBatch(
  batch: readonly Candidate[],
  score: ScoreSubjects,
  pause: (milliseconds: number) => Promise<void>,
): Promise<readonly Prediction[]> {
  for (let attempt = 0; ; attempt++) {
    try {
      const predictions = await score(batch.map(subjectOf));
      if (predictions.length === batch.length) return predictions;
      throw new Error(`${batch.length} networks were to be scored, got ${predictions.length} scores`);
    } catch (error) {
      const wait = RETRY_PAUSES[attempt];
      if (wait === undefined) throw error;
      await pause(wait);
    }
  }
}

/** Scores candidates in batches side by side. What one batch comes to is no part of another's fate. */
export async function fanOut(
  candidates: readonly Candidate[],
  score: ScoreSubjects,
  pause: (milliseconds: number) => Promise<void>,
): Promise<FanOut> {
  const size = Math.max(MIN_BATCH, Math.min(MAX_BATCH, Math.ceil(candidates.length / PARALLEL)));
  const batches = Array.from({ length: Math.ceil(candidates.length / size) }, (_, i) =>
    candidates.slice(i * size, (i + 1) * size),
  );
  const settled = await Promise.allSettled(batches.map((batch) => scoreBatch(batch, score, pause)));
  const scores = new Map<string, Score>();
  let failure: unknown;
  settled.forEach((outcome, i) => {
    if (outcome.status === 'rejected') {
      failure ??= outcome.reason;
      return;
    }
    outcome.value.forEach(({ score, heads }, k) => {
      const key = batches[i]?.[k]?.key;
      if (key !== undefined) scores.set(key, heads === undefined ? { score } : { score, heads });
    });
  });
  return failure === undefined ? { scores } : { scores, failure };
}
