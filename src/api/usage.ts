/** `GET /v1/usage`: what an account was charged. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { dayOf } from '../accounts/calendar.ts';
import { GROUPS } from '../accounts/ledger.ts';
import { type AccessVariables, admit } from './access.ts';
import { json, problemAnswer, refused, security } from './answers.ts';

const query = z.strictObject({
  from: z.iso
    .date()
    .optional()
    .openapi({ description: 'First day, in UTC; the first of this month by itself.' }),
  to: z.iso.date().optional().openapi({ description: 'Last day, in UTC; today by itself.' }),
  group: z.enum(GROUPS).default('day'),
  format: z.enum(['json', 'csv']).default('json'),
});

const counts = {
  units: z.int().openapi({ description: 'Architectures scored.' }),
  requests: z.int().openapi({ description: 'Calls, or steps of searches, that were charged.' }),
};

export const usageResponse = z
  .object({
    from: z.string(),
    to: z.string(),
    group: z.enum(GROUPS),
    rows: z.array(
      z.object({
        group: z.string().openapi({ description: 'The day, the id of the key, or the kind.' }),
        ...counts,
      }),
    ),
    total: z.object(counts),
  })
  .openapi('UsageReport');

const usage = createRoute({
  method: 'get',
  path: '/v1/usage',
  security,
  middleware: admit('read'),
  request: { query },
  responses: {
    200: {
      description: 'Usage of the account in a period of days.',
      content: { ...json(usageResponse, '').content, 'text/csv': { schema: z.string() } },
    },
    ...refused,
    422: problemAnswer('A query parameter cannot be read.'),
  },
});

/** Adds the route to the API. */
export function addUsage<Bindings extends object>(
  app: OpenAPIHono<{ Bindings: Bindings; Variables: AccessVariables }>,
): void {
  app.openapi(usage, async (c) => {
    const today = dayOf(Date.now());
    const { from = `${today.slice(0, 8)}01`, to = today, group, format } = c.req.valid('query');
    const rows = await c.var.caller.usage({ from, to }, group);
    if (format === 'csv') {
      // Days, ids and kinds are made of digits, letters and hyphens: nothing is to be quoted.
      const lines = rows.map((row) => `${row.group},${row.units},${row.requests}`);
      return c.text(`${[`${group},units,requests`, ...lines].join('\n')}\n`, 200, {
        'Content-Type': 'text/csv',
      });
    }
    const total = {
      units: rows.reduce((sum, { units }) => sum + units, 0),
      requests: rows.reduce((sum, { requests }) => sum + requests, 0),
    };
    return c.json({ from, to, group, rows, total }, 200);
  });
}
