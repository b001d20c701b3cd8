import type { MiddlewareHandler } from 'hono';
import { ProblemError } from './problem.ts';

/** Longest body of a request, in bytes. */
export const MAX_BODY_BYTES = 1_000_000;

/** `application/json`, with parameters or a structured suffix (RFC 6839) if need be. */
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;

/**
 * The body as text, read no further than the limit: a Content-Length may be missing or wrong.
 *
 * @throws ProblemError 413 `body-too-large`, 400 `body-not-utf8`
 */
async function readText(body: ReadableStream<Uint8Array> | null, limit: number): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
  let text = '';
  let size = 0;
  try {
    for await (const chunk of body ?? []) {
      size += chunk.byteLength;
      if (size > limit) {
        throw new ProblemError(413, [
          { code: 'body-too-large', detail: `the body may have at most ${limit} bytes` },
        ]);
      }
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new ProblemError(400, [{ code: 'body-not-utf8', detail: 'the body must be JSON in UTF-8' }]);
  }
}

/**
 * Lets only JSON bodies of bounded size through to the route.
 *
 * @throws ProblemError 415 `content-type-unsupported`, 413 `body-too-large`, 400 `body-not-utf8`
 */
export function jsonBody(limit = MAX_BODY_BYTES): MiddlewareHandler {
  return async function jsonBody(c, next) {
    const type = c.req.header('Content-Type');
    if (type === undefined || !JSON_TYPE.test(type)) {
      const got = type === undefined ? 'none' : JSON.stringify(type.slice(0, 64));
      throw new ProblemError(
        415,
        [
          {
            code: 'content-type-unsupported',
            detail: `expected Content-Type application/json, got ${got}`,
          },
        ],
        { Accept: 'application/json' },
      );
    }
    const body = await readText(c.req.raw.body, limit);
    c.req.raw = new Request(c.req.raw, { body });
    await next();
  };
}
