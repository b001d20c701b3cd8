import { expect, test } from 'vitest';
import {
  formatsResponse,
  operatorsResponse,
  problem,
  spaceResponse,
  spacesResponse,
} from '../../src/api/schemas.ts';
import { FORMATS, readArchitecture } from '../../src/formats/registry.ts';
import { CATALOGUE } from '../../src/operators/catalogue.ts';
import { SPACES } from '../../src/spaces/registry.ts';
import { call, serve } from './served.ts';

const page = async (query: string) =>
  operatorsResponse.parse(await (await call(`/v1/operators${query}`)).json());

test('pages of operators add up to the catalogue', async () => {
  const ids: string[] = [];
  let next: number | null = 0;
  while (next !== null) {
    const part: Awaited<ReturnType<typeof page>> = await page(`?limit=64&offset=${next}`);
    expect(part.total).toBe(CATALOGUE.length);
    ids.push(...part.operators.map(({ id }) => id));
    next = part.next;
  }
  expect(ids).toEqual(CATALOGUE.map(({ id }) => id));
});

test('operators are found by words and by family', async () => {
  const { operators } = await page('?search=3%20BY%203&family=pooling');
  expect(operators.map(({ description }) => description)).toContain('max pooling 3 by 3');
  expect(operators.every(({ family }) => family === 'pooling')).toBe(true);
});

test.each([
  ['?limit=0', 'limit'],
  ['?limit=many', 'limit'],
  ['?offset=-1', 'offset'],
  ['?page=2', 'page'],
])('the query %s is refused by name', async (query, parameter) => {
  const answer = await call(`/v1/operators${query}`);
  expect(answer.status).toBe(422);
  expect(await answer.json()).toMatchObject({ code: 'query-invalid', parameter });
});

test('every format listed has an example that it reads', async () => {
  const { formats } = formatsResponse.parse(await (await call('/v1/formats')).json());
  expect(formats.map(({ id }) => id)).toEqual([...FORMATS.keys()]);
  for (const { id, example } of formats) {
    expect(readArchitecture(id, example).graph.nodes.length).toBeGreaterThan(2);
  }
});

test('NAS-Bench-201 is listed as 5 operators on 6 edges', async () => {
  const { spaces } = spacesResponse.parse(await (await call('/v1/spaces')).json());
  expect(spaces.map(({ id }) => id)).toEqual([...SPACES.keys()]);
  expect(spaces).toContainEqual(
    expect.objectContaining({ id: 'nas-bench-201', genomes: '15625', exact: true }),
  );
  const { slots } = spaceResponse.parse(await (await call('/v1/spaces/nas-bench-201')).json());
  expect(slots.map(({ choices }) => choices.length)).toEqual([5, 5, 5, 5, 5, 5]);
});

test('a space that does not exist is 404, with those that do', async () => {
  const answer = await call('/v1/spaces/nas-bench-999');
  expect(answer.status).toBe(404);
  const { code, detail } = problem.parse(await answer.json());
  expect(code).toBe('space-not-found');
  expect(detail).toContain('nas-bench-201');
});

test('the model card is served', async () => {
  expect(await (await call('/v1/models')).json()).toEqual({ models: [{ id: 'edges' }] });
});

test('health needs no key', async () => {
  const answer = await serve().request('/healthz', {}, {});
  expect(await answer.json()).toEqual({ status: 'ok', model: { id: 'edges', version: '1', sha256: '00' } });
});

test('the API describes itself in OpenAPI 3.1, every route and every error', async () => {
  const answer = await serve().request('/openapi.json', {}, {});
  const answers = (codes: readonly number[]) =>
    Object.fromEntries(codes.map((code) => [code, expect.anything()]));
  expect(await answer.json()).toMatchObject({
    openapi: '3.1.0',
    paths: {
      '/healthz': { get: { responses: answers([200]) } },
      '/v1/formats': { get: { responses: answers([200, 401]) } },
      '/v1/models': { get: { responses: answers([200, 401]) } },
      '/v1/operators': { get: { responses: answers([200, 401, 422]) } },
      '/v1/score': {
        post: { security: [{ bearer: [] }], responses: answers([200, 400, 401, 413, 415, 422]) },
      },
      '/v1/spaces': { get: { responses: answers([200, 401]) } },
      '/v1/spaces/{id}': { get: { responses: answers([200, 401, 404]) } },
    },
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
  });
});
