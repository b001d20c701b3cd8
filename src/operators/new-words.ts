/** Vectors of words that the operator table lacks, as whoever needs them asks for them. */

/** How many new words may be had. */
export interface Allowance {
  /** In one call. */
  readonly perCall: number;
  /** By one account in one day (UTC). */
  readonly perDay: number;
}

export type RefusalReason = 'too-many-new-words' | 'daily-limit' | 'encoder-unavailable';

/** Words that are not embedded now. None of the call's words were lost: those computed are kept. */
export class NewWordsRefused extends Error {
  override readonly name = 'NewWordsRefused';
  readonly reason: RefusalReason;
  /** Seconds after which it may work; absent where waiting does not help. */
  readonly retryAfter?: number;

  constructor(reason: RefusalReason, message: string, retryAfter?: number) {
    super(message);
    this.reason = reason;
    if (retryAfter !== undefined) this.retryAfter = retryAfter;
  }
}

/**
 * Embeds canonical words, each different and of at most 256 characters.
 *
 * @param account who pays
 * @returns float32 [384] each, in order
 * @throws NewWordsRefused
 */
export type EmbedNewWords = (words: readonly string[], account: string) => Promise<readonly Float32Array[]>;
