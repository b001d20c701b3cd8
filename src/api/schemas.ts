/** The shapes of the HTTP API: what is checked on the way in, and what `/openapi.json` says of both ways. */
import { z } from '@hono/zod-openapi';
import type { FormatId } from '../formats/format.ts';
import { FORMATS } from '../formats/registry.ts';
import { MAX_OPERATOR_LENGTH } from '../operators/describe.ts';
import { INCLUDES } from '../predictor/score-batch.ts';

/** Architectures in one call. */
export const MAX_BATCH = 1_024;

const formatId = z.enum([...FORMATS.keys()] as [FormatId, ...FormatId[]]).openapi('Format');

const EXAMPLE_CELL = '|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|skip_connect~1|nor_conv_3x3~2|';

export const scoreRequest = z
  .strictObject({
    format: formatId,
    architectures: z
      .array(
        z.union([z.string(), z.record(z.string(), z.unknown())], {
          error: 'an architecture is a text or a JSON object, as its format has it',
        }),
      )
      .min(1)
      .max(MAX_BATCH)
      .openapi({ example: [EXAMPLE_CELL] }),
    include: z.array(z.enum(INCLUDES)).max(INCLUDES.length).optional().openapi({
      description: 'Parts of a result that are given only when asked for.',
    }),
  })
  .openapi('ScoreRequest');

/** Of every call that costs units. */
export const idempotencyHeaders = z.object({
  'idempotency-key': z.string().optional().openapi({
    description:
      'For 24 hours, the same key with the same request is answered as before, and costs nothing. 1 to 255 visible ASCII characters.',
  }),
});

export const modelIdentity = z
  .object({ id: z.string(), version: z.string(), sha256: z.string() })
  .openapi('ModelIdentity');

const cost = z
  .object({
    params: z.number().openapi({ description: 'Trainable weights.' }),
    flops: z.number().openapi({ description: 'Multiply-adds of one forward pass.' }),
    depth: z.number().openapi({ description: 'Weight layers on the longest path through the cell.' }),
    operators: z.record(z.string(), z.number()).openapi({ description: 'How often each operator stands.' }),
  })
  .openapi('Cost');

const node = z
  .object({
    id: z.string(),
    op: z.string(),
    channelsIn: z.number().optional(),
    channelsOut: z.number().optional(),
    resolution: z.number().optional(),
    stride: z.number().optional(),
    repeat: z.number().optional(),
  })
  .openapi('OperatorNode');

const graph = z
  .object({
    nodes: z.array(node).readonly(),
    edges: z.array(z.object({ from: z.string(), to: z.string(), count: z.int() })).readonly(),
  })
  .openapi('OperatorGraph', { description: 'The canonical graph: what was scored.' });

const neighbour = z.object({
  op: z.string(),
  cosine: z.number().openapi({ description: 'Cosine of the angle between the embeddings, -1 to 1.' }),
});

const understoodOperator = z
  .object({
    given: z.string().openapi({ description: 'The name as it was sent.' }),
    understood: z.string().openapi({ description: 'Its canonical words, or itself where there are none.' }),
    source: z.enum(['table', 'live']).openapi({
      description: 'Whether the vector was computed beforehand, or when the words were first seen.',
    }),
    nearest: z.array(neighbour).readonly().openapi({ description: 'The most similar known operators.' }),
  })
  .openapi('UnderstoodOperator');

const scoreResult = z
  .object({
    index: z.int().openapi({ description: 'Place in the request, from 0.' }),
    score: z.number().openapi({
      description: 'In (0, 1); higher is better. Comparable between architectures of one space.',
    }),
    percentile: z.number().openapi({
      description: 'Share of the architectures of the space, in percent, expected to score lower.',
    }),
    heads: z.record(z.string(), z.number()).optional().openapi({
      description:
        'What each head of the network says, as its percentile in the space, in (0, 1). For latencies and energies a high one is slow.',
    }),
    expected: z.record(z.string(), z.number()).optional().openapi({
      description: 'Accuracy in percent to be expected by dataset, for spaces with measured accuracies.',
    }),
    cost: cost.optional(),
    graph: graph.optional(),
    operators: z.array(understoodOperator).readonly().optional(),
    warnings: z.array(z.string()).readonly(),
  })
  .openapi('ScoreResult');

export const usage = z
  .object({
    units: z.int().openapi({ description: 'Architectures scored by this call.' }),
    remaining: z.int().optional().openapi({
      description: 'Units that the month has left; absent where nothing limits them.',
    }),
  })
  .openapi('Usage');

export const scoreResponse = z
  .object({ model: modelIdentity, results: z.array(scoreResult), usage })
  .openapi('ScoreResponse');

const complaint = z.object({
  code: z.string(),
  detail: z.string(),
  index: z.int().optional(),
  pointer: z.string().optional(),
  offset: z.int().optional(),
  parameter: z.string().optional(),
});

/** RFC 9457. */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().openapi({ description: 'Stable; tells one problem from another.' }),
    detail: z.string(),
    index: z.int().optional().openapi({ description: 'Place of the architecture in the request, from 0.' }),
    pointer: z.string().optional().openapi({ description: 'RFC 6901 JSON pointer into the body.' }),
    offset: z.int().optional().openapi({ description: 'Character offset into the text at the pointer.' }),
    parameter: z.string().optional().openapi({ description: 'The query parameter.' }),
    errors: z.array(complaint).optional().openapi({
      description: 'Everything found wrong, up to a bound; the first is the problem itself.',
    }),
    errorCount: z.int().optional().openapi({ description: 'How much was found wrong in all.' }),
  })
  .openapi('Problem');

/** Operators in one call. */
const MAX_EMBEDDED = 256;

export const embedRequest = z
  .strictObject({
    operators: z
      .array(z.string().max(MAX_OPERATOR_LENGTH))
      .min(1)
      .max(MAX_EMBEDDED)
      .openapi({ example: ['coordinate attention 7x7', 'retention, 8 heads'] }),
  })
  .openapi('EmbedRequest');

export const embedResponse = z
  .object({
    encoder: z.string().openapi({ description: 'The encoder and its version.' }),
    operators: z.array(
      understoodOperator.extend({
        embedding: z.array(z.number()).openapi({ description: '384 numbers, of length 1.' }),
      }),
    ),
  })
  .openapi('EmbedResponse');

export const operatorsQuery = z.strictObject({
  search: z.string().max(256).optional().openapi({ description: 'Words that the description contains.' }),
  family: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  offset: z.coerce.number().int().min(0).default(0),
});

export const operatorsResponse = z
  .object({
    operators: z.array(z.object({ id: z.string(), description: z.string(), family: z.string() })),
    total: z.int().openapi({ description: 'Operators that match, on all pages.' }),
    next: z.int().nullable().openapi({ description: 'Offset of the next page.' }),
  })
  .openapi('Operators');

export const formatsResponse = z
  .object({
    formats: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        example: z.union([z.string(), z.record(z.string(), z.unknown())]),
      }),
    ),
  })
  .openapi('Formats');

const space = z
  .object({
    id: z.string(),
    title: z.string(),
    format: z.string().openapi({ description: 'The format in which its architectures are written.' }),
    genomes: z.string().openapi({
      description: 'How many ways there are to take every choice, in decimal digits.',
      example: '15625',
    }),
    exact: z.boolean().openapi({
      description: 'False where some genomes are no architectures, so that `genomes` is an upper bound.',
    }),
    distinct: z.int().optional().openapi({
      description: 'Architectures up to isomorphism, where somebody counted them.',
    }),
  })
  .openapi('Space');

export const spaceParams = z.object({ id: z.string().max(64) });

export const spacesResponse = z.object({ spaces: z.array(space) }).openapi('Spaces');

export const spaceResponse = space
  .extend({
    slots: z
      .array(z.object({ name: z.string(), choices: z.array(z.string()).readonly() }))
      .readonly()
      .openapi({ description: 'The decisions that an architecture of the space takes.' }),
    reference: z
      .object({
        of: z.string().openapi({ description: 'Which architectures percentiles are against.' }),
        scores: z.array(z.number()).readonly().openapi({
          description: 'Quantiles of their scores, ascending: the i-th of n at (i + 0.5) / n.',
        }),
      })
      .optional()
      .openapi({ description: 'The scores that an architecture of the space is compared with.' }),
  })
  .openapi('SpaceWithSlots');

export const modelsResponse = z
  .object({ models: z.array(z.record(z.string(), z.unknown())) })
  .openapi('Models');

export const health = z.object({ status: z.literal('ok'), model: modelIdentity }).openapi('Health');
