/** Days and months that usage is counted by, in UTC. `now` is milliseconds since the epoch. */

/** `2026-11-24` */
export const dayOf = (now: number): string => new Date(now).toISOString().slice(0, 10);

/** `2026-11` */
export const monthOf = (now: number): string => new Date(now).toISOString().slice(0, 7);

/** Whole seconds until the next month begins. */
export function secondsToNextMonth(now: number): number {
  const date = new Date(now);
  const next = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
  return Math.ceil((next - now) / 1_000);
}
