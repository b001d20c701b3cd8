/** The shapes of `/v1/searches`. */
import { z } from '@hono/zod-openapi';
import { STATUSES } from '../search/coordinator/order.ts';
import { ALGORITHMS, SEARCH_SETTINGS } from '../search/settings.ts';
import { EXPORTS } from '../spaces/export/export.ts';
import { modelIdentity } from './schemas.ts';

const { evaluations, seed, constraints, objectives, options } = SEARCH_SETTINGS.shape;

export const searchRequest = z
  .strictObject({
    space: z
      .union([z.string().max(64), z.record(z.string(), z.unknown())], {
        error: 'a space is the id of a built-in one or a definition: {"kind": "cell" or "chain", ...}',
      })
      .openapi({ example: 'nas-bench-201' }),
    algorithm: z.enum(ALGORITHMS).default('hybrid'),
    budget: z.strictObject({ evaluations }).openapi({ example: { evaluations: 2_000 } }),
    constraints,
    objectives,
    seed,
    options,
    webhook: z
      .string()
      .max(2_048)
      .optional()
      .openapi({ description: 'An https address that is told the end of the search, signed.' }),
  })
  .openapi('SearchRequest');

const cost = z.object({ params: z.number(), flops: z.number(), depth: z.number() });

const found = z
  .object({
    architecture: z.string().openapi({ description: 'In the format of the space.' }),
    score: z.number(),
    heads: z.record(z.string(), z.number()).optional(),
    cost,
  })
  .openapi('FoundArchitecture');

const progress = z
  .object({
    evaluations: z.int().openapi({ description: 'Networks scored.' }),
    budget: z.int(),
    rejected: z.int().openapi({ description: 'Proposals that their cost alone put over a limit.' }),
    repeated: z.int().openapi({ description: 'Proposals of networks that were known already.' }),
  })
  .openapi('SearchProgress');

const problem = z.object({ code: z.string(), detail: z.string() });
const finish = z.enum(['budget', 'complete', 'exhausted', 'stalled']).nullable();

/** What a search tells whoever watches it; ids count up from 1. */
export const searchEvent = z
  .discriminatedUnion('type', [
    z.object({
      id: z.int(),
      type: z.literal('progress'),
      data: progress.extend({
        scored: z
          .array(z.tuple([z.number(), z.number(), z.number()]))
          .readonly()
          .openapi({
            description: 'Score, params and FLOPs of the architectures that joined the population.',
          }),
      }),
    }),
    z.object({
      id: z.int(),
      type: z.literal('best'),
      data: found.extend({ evaluations: z.int() }),
    }),
    z.object({
      id: z.int(),
      type: z.literal('end'),
      data: progress.extend({ state: z.enum(STATUSES), finish, problem: problem.optional() }),
    }),
  ])
  .openapi('SearchEvent');

export const searchSummary = z
  .object({
    id: z.string(),
    state: z.enum(STATUSES),
    space: z.string(),
    algorithm: z.enum(ALGORITHMS),
    created: z.string(),
    ended: z.string().optional(),
    progress,
  })
  .openapi('SearchSummary');

export const search = searchSummary
  .extend({
    format: z.string().openapi({ description: 'The format that its architectures are written in.' }),
    budget: z.object({ evaluations: z.int() }),
    seed: z.int(),
    constraints: z.record(z.string(), z.object({ min: z.number().optional(), max: z.number().optional() })),
    objectives: z.array(z.string()).readonly(),
    options: options.unwrap(),
    model: modelIdentity,
    finish: finish.openapi({
      description:
        'Why it ended: its budget is used up, the algorithm is through, all of the space was looked at, or nothing new turned up.',
    }),
    best: found.nullable(),
    front: z.array(found).readonly().openapi({ description: 'The Pareto front, the highest score first.' }),
    history: z
      .array(z.object({ evaluation: z.int(), architecture: z.string(), score: z.number() }))
      .readonly()
      .openapi({ description: 'Every architecture that beat all before it.' }),
    problem: problem.optional(),
    webhook: z
      .object({
        url: z.string(),
        attempts: z.int(),
        delivered: z.boolean(),
        failure: z.string().optional(),
      })
      .optional(),
  })
  .openapi('Search');

export const startedSearch = search
  .extend({
    webhookSecret: z.string().optional().openapi({
      description: 'What the webhook is signed with (Standard Webhooks 1.0); told with this answer alone.',
    }),
  })
  .openapi('StartedSearch');

export const searchPage = z
  .object({ searches: z.array(searchSummary).readonly(), next: z.int().nullable() })
  .openapi('Searches');

export const searchParams = z.object({ id: z.string().max(128) });

export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  before: z.coerce.number().int().min(1).optional().openapi({ description: '`next` of the page before.' }),
});

export const eventsQuery = z.strictObject({
  after: z.coerce.number().int().min(0).optional().openapi({
    description: 'The last event that was seen, where the header Last-Event-ID cannot be sent.',
  }),
});

export const bestQuery = z.strictObject({
  format: z.enum(EXPORTS).default('arch').openapi({
    description:
      'arch: as the space writes it; genotype: the same for DARTS cells; json: graph and cost; dot: for Graphviz; pytorch: Python source.',
  }),
});
