/** Why an account does not let a call through. Errors lose their class between Workers, so it travels as data. */
export type RefusalCode =
  | 'key-unknown'
  | 'key-revoked'
  | 'key-expired'
  | 'scope-insufficient'
  | 'rate-limited'
  | 'quota-exceeded'
  | 'idempotency-key-reused'
  | 'idempotency-key-in-use';

export interface Refusal {
  readonly refused: RefusalCode;
  /** What was expected and what came, for the caller to read. */
  readonly detail: string;
  /** Seconds after which it may work; absent where waiting does not help. */
  readonly retryAfter?: number;
}

export const isRefusal = (answer: object): answer is Refusal => 'refused' in answer;
