import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { z } from 'zod';
import { addAdministration, issuedKey } from '../../src/api/administration.ts';
import recorded from '../../src/api/reference/examples.json' with { type: 'json' };
import { OPERATIONS } from '../../src/api/reference/operations.ts';
import * as schemas from '../../src/api/schemas.ts';
import * as searchSchemas from '../../src/api/search-schemas.ts';
import { addSearches } from '../../src/api/searches.ts';
import { usageResponse } from '../../src/api/usage.ts';
import { serve } from './served.ts';

const SOURCE = join(import.meta.dirname, '../../src');

interface Operation {
  summary?: string;
  parameters?: { name: string; in: string; example?: unknown }[];
  requestBody?: { content: Record<string, { example?: unknown }> };
  responses: Record<string, { content?: Record<string, { example?: unknown; examples?: object }> }>;
}

async function operations(): Promise<[name: string, operation: Operation][]> {
  const app = serve();
  // Nothing is administered or searched here: routes are described alone.
  const never = () => {
    throw new Error('a description needs no services');
  };
  addAdministration(app, never);
  addSearches(app, never);
  const document = (await (await app.request('/openapi.json')).json()) as {
    paths: Record<string, Record<string, Operation>>;
  };
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method} ${path}`,
      operation,
    ]),
  );
}

test('every operation has a summary, an example of its call and its answer, and codes for every refusal', async () => {
  const all = await operations();
  expect(all).toHaveLength(Object.keys(OPERATIONS).length);
  for (const [name, { summary, parameters = [], requestBody, responses }] of all) {
    expect(summary, name).toBeTruthy();
    for (const parameter of parameters) expect(parameter.example, `${name} ${parameter.name}`).toBeDefined();
    if (requestBody) expect(requestBody.content['application/json']?.example, name).toBeDefined();
    for (const [status, { content = {} }] of Object.entries(responses)) {
      const [media] = Object.values(content);
      if (Number(status) >= 400) {
        expect(Object.keys(media?.examples ?? {}).length, `${name} ${status}`).toBeGreaterThan(0);
      } else if (media !== undefined) expect(media.example, `${name} ${status}`).toBeDefined();
    }
  }
});

/** The text of every file in some rooms. */
const sources = (rooms: readonly string[]): string =>
  rooms
    .flatMap((room) => readdirSync(join(SOURCE, room), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('reference'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');

test('every code that the source throws is in the reference', () => {
  const text = sources(['api', 'accounts', 'formats', 'graph', 'operators', 'spaces']);
  const thrown =
    /(?:new ArchitectureError\(|code: |unauthorized\(|fail\()\s*'([a-z0-9]+(?:-[a-z0-9]+)+|internal)'/g;
  const codes = new Set([...text.matchAll(thrown)].map(([, code = '']) => code));
  const documented = new Set(
    Object.values(OPERATIONS).flatMap(({ problems }) => Object.values(problems).flatMap(Object.keys)),
  );
  // The router answers these, for paths and methods that are no operations.
  for (const code of ['route-not-found', 'method-not-allowed']) documented.add(code);
  // Thrown where an architecture is read back into its space: by the library, not over HTTP.
  documented.add('architecture-not-in-space');
  expect(codes.size).toBeGreaterThan(60);
  expect([...codes].filter((code) => !documented.has(code))).toEqual([]);
});

const SHAPES: Readonly<Record<string, { request?: z.ZodType; answer: z.ZodType }>> = {
  'post /v1/score': { request: schemas.scoreRequest, answer: schemas.scoreResponse },
  'post /v1/operators/embed': { request: schemas.embedRequest, answer: schemas.embedResponse },
  'get /v1/operators': { answer: schemas.operatorsResponse },
  'get /v1/models': { answer: schemas.modelsResponse },
  'get /v1/formats': { answer: schemas.formatsResponse },
  'get /v1/spaces': { answer: schemas.spacesResponse },
  'get /v1/spaces/{id}': { answer: schemas.spaceResponse },
  'get /healthz': { answer: schemas.health },
  'get /v1/usage': { answer: usageResponse },
  'post /v1/searches': { request: searchSchemas.searchRequest, answer: searchSchemas.startedSearch },
  'get /v1/searches': { answer: searchSchemas.searchPage },
  'get /v1/searches/{id}': { answer: searchSchemas.search },
  'post /v1/searches/{id}/cancel': { answer: searchSchemas.search },
  'post /v1/admin/accounts/{account}/keys': { answer: issuedKey },
};

test.each(Object.entries(SHAPES))(
  'the example of %s has the shape that it is an example of',
  (name, shapes) => {
    const example: { request?: unknown; answer?: unknown } = recorded[name as keyof typeof recorded];
    expect(shapes.request?.safeParse(example.request).error).toBeUndefined();
    expect(shapes.answer.safeParse(example.answer).error).toBeUndefined();
  },
);

test('the operations described are those that there are, in the order that a reader wants', async () => {
  const served = (await operations()).map(([name]) => name);
  expect(served.filter((name) => !(name in OPERATIONS))).toEqual([]);
  expect(Object.keys(recorded).filter((name) => !(name in OPERATIONS))).toEqual([]);
  expect(Object.keys(OPERATIONS).filter((name) => !(name in recorded))).toEqual([]);
});
