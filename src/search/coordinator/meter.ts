import type { Payer, SearchProblem } from './order.ts';

/** Evaluations of one step. */
export interface StepCharge {
  /** The same each time that the step is tried or told again: a step is charged once. */
  readonly id: string;
  readonly payer: Payer;
  /** Networks scored. */
  readonly units: number;
}

/** Whoever counts what a search uses. Errors mean "ask again"; a problem returned ends the search. */
export interface Meter {
  /** Before a step is scored: may it be? */
  reserve(charge: StepCharge): Promise<SearchProblem | undefined>;
  /** After a step's scores are stored, and again until it succeeds once. */
  commit(charge: StepCharge): Promise<SearchProblem | undefined>;
}

/** Counts nothing and refuses nothing. */
export const unmetered: Meter = {
  reserve: async () => undefined,
  commit: async () => undefined,
};
