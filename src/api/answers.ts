/** Answers as routes describe them, and as they leave. */
import type { z } from '@hono/zod-openapi';
import type { Context, TypedResponse } from 'hono';
import * as schemas from './schemas.ts';

export const security = [{ bearer: [] }];

export const json = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});

export const problemAnswer = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: schemas.problem } },
});

/** What every route under /v1 may answer. */
export const refused = {
  401: problemAnswer('No key, or not one of ours, or one that was revoked or expired.'),
  403: problemAnswer('The key does not have the scope that this needs.'),
  429: problemAnswer('Too many requests.'),
  503: problemAnswer('The account does not answer, or the server has no secrets.'),
};

/** JSON that is text already: what was charged is sent as it was kept, to the last byte. */
export const jsonText = <Shape>(c: Context, text: string): TypedResponse<Shape, 200, 'json'> =>
  c.body(text, 200, { 'Content-Type': 'application/json' }) as never;
