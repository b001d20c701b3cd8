/** The HTTP API, as a table of routes. Handlers parse, call and answer; the work is done in the inner rooms. */
import { createRoute, OpenAPIHono, type z } from '@hono/zod-openapi';
import { except } from 'hono/combine';
import { cors } from 'hono/cors';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { FORMATS } from '../formats/registry.ts';
import { ArchitectureError } from '../graph/architecture-error.ts';
import { CATALOGUE } from '../operators/catalogue.ts';
import { describe } from '../operators/describe.ts';
import { ENCODER_VERSION } from '../operators/encoder.ts';
import type { Lexicon } from '../operators/lexicon.ts';
import { scoreBatch, understanding } from '../predictor/score-batch.ts';
import type { Scorer } from '../predictor/scorer.ts';
import { SPACES } from '../spaces/registry.ts';
import { type Space, sizeOf } from '../spaces/space.ts';
import { type Access, type AccessVariables, admit, requireKey } from './access.ts';
import { json, jsonText, problemAnswer, refused, security } from './answers.ts';
import { onError, onMethodNotAllowed, onNotFound, ProblemError } from './problem.ts';
import { describe as describeDocument } from './reference/document.ts';
import { jsonBody } from './request-body.ts';
import * as schemas from './schemas.ts';
import { jsonOrUpload } from './upload.ts';
import { addUsage } from './usage.ts';
import { refuseInvalid } from './validation.ts';

/** What the API stands on. */
export interface Services<Bindings extends object> {
  /** Called when first needed: opening a model takes a few tenths of a second. */
  readonly scorer: () => Scorer;
  /** `models/manifest.json`. */
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly access: (bindings: Bindings) => Access;
  /** Vectors of words. */
  readonly lexicon: (bindings: Bindings) => Lexicon;
}

const encoderRefused = {
  429: problemAnswer('Too many requests, units, or operators that were never seen before.'),
  503: problemAnswer('The encoder of operators that were never seen before does not answer.'),
};

const health = createRoute({
  method: 'get',
  path: '/healthz',
  responses: { 200: json(schemas.health, 'The server is up, and this is the model it serves.') },
});

const score = createRoute({
  method: 'post',
  path: '/v1/score',
  security,
  middleware: jsonOrUpload(),
  request: {
    headers: schemas.idempotencyHeaders,
    body: { required: true, content: { 'application/json': { schema: schemas.scoreRequest } } },
  },
  responses: {
    200: json(schemas.scoreResponse, 'One result an architecture, in the order of the request.'),
    400: problemAnswer('The body is not JSON.'),
    ...refused,
    413: problemAnswer('The body is too large.'),
    415: problemAnswer('The body is not declared as JSON.'),
    409: problemAnswer('The Idempotency-Key is in use, or was used with another request.'),
    422: problemAnswer('Something in the request cannot be read; nothing was scored.'),
    ...encoderRefused,
  },
});

const embed = createRoute({
  method: 'post',
  path: '/v1/operators/embed',
  security,
  middleware: [admit('score'), jsonBody()] as const,
  request: { body: { required: true, content: { 'application/json': { schema: schemas.embedRequest } } } },
  responses: {
    200: json(schemas.embedResponse, 'How each operator was understood, and its vector, in order.'),
    400: problemAnswer('The body is not JSON.'),
    ...refused,
    413: problemAnswer('The body is too large.'),
    415: problemAnswer('The body is not declared as JSON.'),
    422: problemAnswer('Something in the request cannot be read.'),
    ...encoderRefused,
  },
});

const operators = createRoute({
  method: 'get',
  path: '/v1/operators',
  security,
  middleware: admit('read'),
  request: { query: schemas.operatorsQuery },
  responses: {
    200: json(schemas.operatorsResponse, 'Operators that the model has vectors for.'),
    ...refused,
    422: problemAnswer('A query parameter cannot be read.'),
  },
});

const models = createRoute({
  method: 'get',
  path: '/v1/models',
  security,
  middleware: admit('read'),
  responses: { 200: json(schemas.modelsResponse, 'The model card of every model served.'), ...refused },
});

const spaces = createRoute({
  method: 'get',
  path: '/v1/spaces',
  security,
  middleware: admit('read'),
  responses: { 200: json(schemas.spacesResponse, 'The built-in spaces.'), ...refused },
});

const space = createRoute({
  method: 'get',
  path: '/v1/spaces/{id}',
  security,
  middleware: admit('read'),
  request: { params: schemas.spaceParams },
  responses: {
    200: json(schemas.spaceResponse, 'The space, with every choice that it leaves open.'),
    ...refused,
    404: problemAnswer('No built-in space has this id.'),
  },
});

const formats = createRoute({
  method: 'get',
  path: '/v1/formats',
  security,
  middleware: admit('read'),
  responses: { 200: json(schemas.formatsResponse, 'How architectures are written.'), ...refused },
});

const ABOUT = {
  openapi: '3.1.0',
  info: {
    title: 'tgnas-edge',
    version: '1',
    description: 'A universal zero-cost proxy for neural architecture search.',
    license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
  },
};

/** What pages from elsewhere may read of an answer beside its body. */
const EXPOSED = [
  'Allow',
  'Idempotency-Replayed',
  'Location',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'WWW-Authenticate',
  'X-Usage-Units',
];

const FORMATS_LISTED = [...FORMATS.values()].map(({ id, title, example }) => ({
  id,
  title,
  example: typeof example === 'string' ? example : { ...example },
}));

function listed(space: Space) {
  const { id, title, format, distinct } = space;
  const { genomes, exact } = sizeOf(space);
  return {
    id,
    title,
    format,
    genomes: String(genomes),
    exact,
    ...(distinct === undefined ? {} : { distinct }),
  };
}

/** @throws ProblemError 422 with the place of a name that nothing can be made of */
function describeGiven(given: string, index: number): { given: string; understood: string } {
  try {
    return { given, understood: describe(given) };
  } catch (error) {
    if (!(error instanceof ArchitectureError)) throw error;
    throw new ProblemError(422, [
      { code: error.code, detail: error.message, pointer: `/operators/${index}` },
    ]);
  }
}

/** Builds the API on its services. */
export function createApp<Bindings extends object>(services: Services<Bindings>) {
  const app = new OpenAPIHono<{ Bindings: Bindings; Variables: AccessVariables }>({
    defaultHook: refuseInvalid,
  });
  app.onError(onError);
  app.notFound(onNotFound);
  // Keys are sent as a header, never by the browser of itself: pages of anywhere may call with a key of theirs.
  app.use(cors({ origin: '*', exposeHeaders: EXPOSED, maxAge: 86_400 }));
  app.use(methodNotAllowed({ app, onMethodNotAllowed }));
  app.use('/v1/*', except('/v1/admin/*', requireKey(services.access)));

  app.openapi(health, (c) => c.json({ status: 'ok' as const, model: services.scorer().model }, 200));

  app.openapi(score, async (c) => {
    const request = c.req.valid('json');
    const { format, architectures, include = [] } = request;
    const metered = { kind: 'score', units: architectures.length, request } as const;
    const answer = await c.var.caller.metered(c, metered, async () => {
      const scorer = services.scorer();
      const lexicon = services.lexicon(c.env);
      const results = await scoreBatch(scorer, { format, architectures, include }, (words) =>
        lexicon.lookUp(words, c.var.caller.id),
      );
      return { model: scorer.model, results };
    });
    return jsonText<z.infer<typeof schemas.scoreResponse>>(c, answer);
  });

  app.openapi(embed, async (c) => {
    const given = c.req.valid('json').operators.map(describeGiven);
    const lexicon = services.lexicon(c.env);
    const meanings = await lexicon.lookUp(
      given.map(({ understood }) => understood),
      c.var.caller.id,
    );
    const embedded = given.flatMap(({ given, understood }) => {
      const meaning = meanings.get(understood);
      if (meaning === undefined) return [];
      return [{ ...understanding(given, understood, meaning), embedding: [...meaning.embedding] }];
    });
    return c.json({ encoder: ENCODER_VERSION, operators: embedded }, 200);
  });

  app.openapi(operators, (c) => {
    const { search = '', family, limit, offset } = c.req.valid('query');
    const words = search.toLowerCase();
    const matching = CATALOGUE.filter(
      (each) =>
        (family === undefined || each.family === family) && each.description.toLowerCase().includes(words),
    );
    const page = matching.slice(offset, offset + limit);
    const end = offset + page.length;
    return c.json({ operators: page, total: matching.length, next: end < matching.length ? end : null }, 200);
  });

  app.openapi(models, (c) => c.json({ models: [services.manifest] }, 200));
  app.openapi(formats, (c) => c.json({ formats: FORMATS_LISTED }, 200));
  app.openapi(spaces, (c) => c.json({ spaces: [...SPACES.values()].map(listed) }, 200));

  app.openapi(space, (c) => {
    const { id } = c.req.valid('param');
    const found = SPACES.get(id);
    if (found === undefined) {
      const known = [...SPACES.keys()].join(', ');
      throw new ProblemError(404, [{ code: 'space-not-found', detail: `expected one of ${known}` }]);
    }
    const reference = services.scorer().reference(found.format);
    return c.json(
      { ...listed(found), slots: found.slots, ...(reference === undefined ? {} : { reference }) },
      200,
    );
  });

  addUsage(app);

  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' });
  app.get('/openapi.json', (c) => c.json(describeDocument(app.getOpenAPI31Document(ABOUT))));
  return app;
}
