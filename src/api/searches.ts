/** `/v1/searches`: search a whole space, and watch it. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { ArchitectureError } from '../graph/architecture-error.ts';
import { SearchError } from '../search/search-error.ts';
import { IdempotencyConflict, type Searches, TooManySearches } from '../search/searches.ts';
import { SEARCH_SETTINGS } from '../search/settings.ts';
import type { SpaceDefinition } from '../spaces/definition.ts';
import { exportArchitecture } from '../spaces/export/export.ts';
import { type AccessVariables, admit } from './access.ts';
import { json, problemAnswer, refused, security } from './answers.ts';
import { idempotencyKeyOf } from './caller.ts';
import { ProblemError } from './problem.ts';
import { jsonBody } from './request-body.ts';
import * as schemas from './search-schemas.ts';

const missing = { 404: problemAnswer('The account has no such search, or has it no more.') };
const unreadable = { 422: problemAnswer('Something in the request cannot be read.') };

const start = createRoute({
  method: 'post',
  path: '/v1/searches',
  security,
  middleware: [admit('search'), jsonBody()] as const,
  request: { body: { required: true, content: { 'application/json': { schema: schemas.searchRequest } } } },
  responses: {
    202: json(schemas.startedSearch, 'The search is under way; Location is where to ask for it.'),
    400: problemAnswer('The body is not JSON.'),
    409: problemAnswer('The Idempotency-Key is in use, or was used with another request.'),
    413: problemAnswer('The body is too large.'),
    415: problemAnswer('The body is not declared as JSON.'),
    ...unreadable,
    ...refused,
  },
});

const list = createRoute({
  method: 'get',
  path: '/v1/searches',
  security,
  middleware: admit('search'),
  request: { query: schemas.pageQuery },
  responses: {
    200: json(schemas.searchPage, "The account's searches, the newest first."),
    ...unreadable,
    ...refused,
  },
});

const show = createRoute({
  method: 'get',
  path: '/v1/searches/{id}',
  security,
  middleware: admit('search'),
  request: { params: schemas.searchParams },
  responses: { 200: json(schemas.search, 'How it stands, and what it found.'), ...missing, ...refused },
});

const cancel = createRoute({
  method: 'post',
  path: '/v1/searches/{id}/cancel',
  security,
  middleware: admit('search'),
  request: { params: schemas.searchParams },
  responses: {
    200: json(schemas.search, 'How it ended: cancelled, unless it had ended before.'),
    ...missing,
    ...refused,
  },
});

const events = createRoute({
  method: 'get',
  path: '/v1/searches/{id}/events',
  security,
  middleware: admit('search'),
  request: {
    params: schemas.searchParams,
    query: schemas.eventsQuery,
    headers: z.object({ 'last-event-id': z.string().optional() }),
  },
  responses: {
    101: { description: 'A WebSocket, where one is asked for: a JSON text {"id", "type", "data"} an event.' },
    200: {
      description:
        'Events `progress`, `best` and `end`, from the one after Last-Event-ID on, until the search has ended.',
      content: { 'text/event-stream': { schema: z.string() } },
    },
    204: { description: 'The search has ended, and its last event was seen.' },
    ...missing,
    ...unreadable,
    ...refused,
  },
});

const best = createRoute({
  method: 'get',
  path: '/v1/searches/{id}/best',
  security,
  middleware: admit('search'),
  request: { params: schemas.searchParams, query: schemas.bestQuery },
  responses: {
    200: {
      description: 'The best architecture so far.',
      content: {
        'text/plain': { schema: z.string() },
        'text/x-python': { schema: z.string() },
        'text/vnd.graphviz': { schema: z.string() },
        'application/json': { schema: z.record(z.string(), z.unknown()) },
      },
    },
    ...missing,
    422: problemAnswer('It cannot be given in this form.'),
    ...refused,
  },
});

const NOT_FOUND = { code: 'search-not-found', detail: 'the account has no search of this id' };

function existing<Found>(found: Found | undefined): Found {
  if (found === undefined) throw new ProblemError(404, [NOT_FOUND]);
  return found;
}

/** What the search's rooms refuse, with its place in the request. */
function problemOf(error: unknown): unknown {
  if (error instanceof SearchError) {
    const { code, message, pointer } = error;
    const place = pointer === '/evaluations' ? '/budget/evaluations' : pointer;
    return new ProblemError(422, [{ code, detail: message, pointer: place }]);
  }
  if (error instanceof ArchitectureError) {
    const { code, message, position } = error;
    return new ProblemError(422, [{ code, detail: message, pointer: `/space${position.pointer}` }]);
  }
  if (error instanceof TooManySearches) {
    const complaint = { code: 'too-many-searches', detail: error.message };
    return new ProblemError(429, [complaint], { 'Retry-After': '10' });
  }
  if (error instanceof IdempotencyConflict) {
    return new ProblemError(409, [{ code: error.code, detail: error.message }]);
  }
  return error;
}

/** The last event seen, as the browser's EventSource or the caller says it. */
function eventSeen(header: string | undefined, after: number | undefined): number {
  if (header === undefined || header === '') return after ?? 0;
  const id = Number(header);
  if (Number.isSafeInteger(id) && id >= 0) return id;
  throw new ProblemError(422, [
    { code: 'last-event-id', detail: 'expected the id of an event in Last-Event-ID, a whole number' },
  ]);
}

/** Adds the routes to the API. */
export function addSearches<Bindings extends object>(
  app: OpenAPIHono<{ Bindings: Bindings; Variables: AccessVariables }>,
  searchesOf: (bindings: Bindings) => Searches,
): void {
  app.openapi(start, async (c) => {
    const request = c.req.valid('json');
    const { space, algorithm, budget, constraints, objectives, seed, options, webhook } = request;
    const { caller } = c.var;
    const idempotencyKey = idempotencyKeyOf(c);
    try {
      const { search, webhookSecret } = await searchesOf(c.env).start(
        {
          // What is wrong with a definition is said by whoever reads it, with its place.
          space: space as string | SpaceDefinition,
          settings: SEARCH_SETTINGS.parse({
            algorithm,
            evaluations: budget.evaluations,
            constraints,
            objectives,
            seed,
            options,
          }),
          ...(webhook === undefined ? {} : { webhook }),
        },
        {
          payer: { account: caller.id, key: caller.keyId },
          concurrency: caller.plan.searches,
          ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
        },
      );
      const told = webhookSecret === undefined ? search : { ...search, webhookSecret };
      return c.json(told, 202, { Location: `/v1/searches/${search.id}` });
    } catch (error) {
      throw problemOf(error);
    }
  });

  app.openapi(list, async (c) => {
    const { before, limit } = c.req.valid('query');
    return c.json(await searchesOf(c.env).list(c.var.caller.id, before, limit), 200);
  });

  app.openapi(show, async (c) => {
    const { id } = c.req.valid('param');
    return c.json(existing(await searchesOf(c.env).get(id, c.var.caller.id)), 200);
  });

  app.openapi(cancel, async (c) => {
    const { id } = c.req.valid('param');
    return c.json(existing(await searchesOf(c.env).cancel(id, c.var.caller.id)), 200);
  });

  app.openapi(events, async (c) => {
    const { id } = c.req.valid('param');
    const after = eventSeen(c.req.header('Last-Event-ID'), c.req.valid('query').after);
    const upgrade = c.req.header('Upgrade')?.toLowerCase() === 'websocket';
    const answer = existing(await searchesOf(c.env).events(id, c.var.caller.id, after, upgrade));
    return answer as never;
  });

  app.openapi(best, async (c) => {
    const { id } = c.req.valid('param');
    const { format } = c.req.valid('query');
    const { space, genome } = existing(await searchesOf(c.env).best(id, c.var.caller.id));
    if (genome === undefined) {
      throw new ProblemError(404, [
        { code: 'nothing-found', detail: 'no architecture within the limits was found so far' },
      ]);
    }
    try {
      const { text, type } = exportArchitecture(space, genome, format);
      return c.body(text, 200, { 'Content-Type': type }) as never;
    } catch (error) {
      if (!(error instanceof ArchitectureError)) throw error;
      throw new ProblemError(422, [{ code: error.code, detail: error.message, parameter: 'format' }]);
    }
  });
}
