/** Charges searches for the evaluations that they perform, step by step: a replayed step is charged once. */
import type { Settlement } from './account.ts';
import type { Attempt } from './ledger.ts';
import { isRefusal, type Refusal } from './refusal.ts';

/** Evaluations of one step of a search. */
export interface Step {
  /** The same each time that the step is tried or told again. */
  readonly id: string;
  readonly payer: { readonly account: string; readonly key?: string };
  readonly units: number;
}

/** What a meter asks of an account. Its key was looked at when the search was ordered, and is not again. */
export interface StepLedger {
  reserve(attempt: Attempt): Promise<Settlement | Refusal | undefined>;
  commit(attempt: Attempt): Promise<Settlement | Refusal>;
}

/** Longer than any search runs. */
const STEP_REMEMBERED = 30 * 86_400;

const attemptOf = ({ id, payer, units }: Step): Attempt => ({
  id: `search:${id}`,
  // A step that is tried again holds what it held.
  holder: id,
  key: payer.key ?? '',
  kind: 'search',
  units,
  remembered: STEP_REMEMBERED,
});

const problemOf = (answer: object | undefined) =>
  answer !== undefined && isRefusal(answer) ? { code: answer.refused, detail: answer.detail } : undefined;

/**
 * Meters steps on the accounts that pay for them.
 *
 * @param accountOf the account of an id
 * @returns `reserve` before a step is scored and `commit` after: each gives the problem that ends the search, or
 * nothing; errors mean that it is to be asked again
 */
export const searchMeter = (accountOf: (id: string) => StepLedger) => ({
  reserve: async (step: Step) => problemOf(await accountOf(step.payer.account).reserve(attemptOf(step))),
  commit: async (step: Step) => problemOf(await accountOf(step.payer.account).commit(attemptOf(step))),
});
