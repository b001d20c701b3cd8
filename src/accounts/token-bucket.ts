/**
 * Requests a second, as a token bucket.
 *
 * It lives in the account's object, as the account is asked about every call anyway: one count for all the world.
 * (The rate-limiting binding of Workers counts in each location by itself, roughly, and over 10 or 60 seconds.)
 * It is kept in memory alone, so that a call that costs nothing writes nothing; an object that starts anew
 * starts with a full bucket.
 */
export class TokenBucket {
  private tokens: number | undefined;
  private filled = 0;

  /**
   * Takes one token.
   *
   * @param now milliseconds since the epoch
   * @param perSecond tokens that drip in, up to `burst` of them
   * @returns how many are left, or the seconds until there is one
   */
  take(
    now: number,
    { perSecond, burst }: { readonly perSecond: number; readonly burst: number },
  ): { readonly left: number } | { readonly wait: number } {
    const elapsed = Math.max(0, now - this.filled) / 1_000;
    const tokens = Math.min(burst, (this.tokens ?? burst) + elapsed * perSecond);
    this.filled = now;
    if (tokens < 1) {
      this.tokens = tokens;
      return { wait: (1 - tokens) / perSecond };
    }
    this.tokens = tokens - 1;
    return { left: Math.floor(this.tokens) };
  }
}
