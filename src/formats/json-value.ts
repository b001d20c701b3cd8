import type { z } from 'zod';
import { ArchitectureError } from '../graph/architecture-error.ts';
import { MAX_TEXT_LENGTH } from './text-cursor.ts';

/** Text that means a JSON object rather than a format's own notation. */
export const looksLikeJson = (text: string): boolean => /^\s*\{/.test(text);

/**
 * @throws ArchitectureError `architecture-too-long`, or `json-syntax` with the offset at which the text stops
 * being JSON
 */
export function parseJson(text: string): unknown {
  if (text.length > MAX_TEXT_LENGTH) {
    throw new ArchitectureError(
      'architecture-too-long',
      `the text may have at most ${MAX_TEXT_LENGTH} characters, got ${text.length}`,
      { pointer: '', offset: MAX_TEXT_LENGTH },
    );
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // V8 says "... in JSON at position 17"; where the text merely ends too early it names no position.
    const offset = Number(/at position (\d+)/.exec(message)?.[1] ?? text.length);
    throw new ArchitectureError('json-syntax', `expected JSON: ${message}`, { pointer: '', offset });
  }
}

/** Most objects and lists, one inside the other, that a JSON architecture may have. */
const MAX_DEPTH = 8;

function isDeeperThan(limit: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return limit === 0 || Object.values(value).some((inner) => isDeeperThan(limit - 1, inner));
}

/** RFC 6901: `~` and `/` inside a key are escaped. */
const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/**
 * The value as `schema` describes it.
 *
 * @throws ArchitectureError `json-too-deep`, or `json-shape` with the pointer of the first thing wrong
 */
export function shaped<T>(schema: z.ZodType<T>, value: unknown): T {
  if (isDeeperThan(MAX_DEPTH, value)) {
    throw new ArchitectureError('json-too-deep', `at most ${MAX_DEPTH} objects and lists may be nested`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new ArchitectureError('json-shape', issue?.message ?? 'the JSON value has the wrong shape', {
    pointer: pointerTo(issue?.path ?? []),
  });
}
