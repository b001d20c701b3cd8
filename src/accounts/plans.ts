/** Plans: what an account may use. They are configuration, the `PLANS` of `wrangler.toml`. */
import { z } from 'zod';

const plan = z.strictObject({
  /** Units in a calendar month (UTC); without it there is no end to them. */
  unitsPerMonth: z.int().min(0).optional(),
  /** Whether units beyond that are served, and charged, or refused. */
  overage: z.boolean().default(false),
  /** Requests a second in the long run, and at once after a rest. */
  requestsPerSecond: z.number().positive(),
  burst: z.int().min(1),
  /** Searches under way at the same time. */
  searches: z.int().min(0),
});

export type Plan = Readonly<z.infer<typeof plan>>;

export type Plans = Readonly<Record<string, Plan>>;

const table = z.record(z.string().regex(/^[a-z][a-z0-9-]{0,31}$/), plan);

/**
 * Checks the plans that a Worker is configured with.
 *
 * @throws ZodError naming what is wrong in them
 */
export const readPlans = (configured: unknown): Plans => table.parse(configured);
