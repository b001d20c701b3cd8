import { type ParseError, parse as parseTolerantly, printParseErrorCode } from 'jsonc-parser';
import type { z } from 'zod';
import { ArchitectureError } from '../graph/architecture-error.ts';
import { TextCursor } from './text-cursor.ts';

/** Most objects and lists, one inside the other, that a JSON architecture may have. */
const MAX_DEPTH = 8;
const TOO_DEEP = `at most ${MAX_DEPTH} objects and lists inside each other`;

/** Text that means a JSON object rather than a format's own notation. */
export const looksLikeJson = (text: string): boolean => /^\s*\{/.test(text);

/**
 * @throws ArchitectureError `architecture-too-long`, `json-too-deep`, or `json-syntax`, with the offset at which
 * the text goes wrong
 */
export function parseJson(text: string): unknown {
  const cursor: TextCursor = new TextCursor(text, 'json-syntax');
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[[{\]}]/g)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    if (depth > MAX_DEPTH) cursor.fail(TOO_DEEP, 'json-too-deep', index);
  }
  try {
    return JSON.parse(text);
  } catch {
    // The engine's own message does not always say where.
    const errors: ParseError[] = [];
    parseTolerantly(text, errors, { disallowComments: true, allowTrailingComma: false });
    const [first] = errors;
    if (first === undefined) return cursor.fail('JSON', undefined, 0);
    const words = printParseErrorCode(first.error).replaceAll(
      /\B[A-Z]/g,
      (letter) => ` ${letter.toLowerCase()}`,
    );
    return cursor.fail(`JSON (${words.toLowerCase()})`, undefined, first.offset);
  }
}

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
    throw new ArchitectureError('json-too-deep', `expected ${TOO_DEEP}`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new ArchitectureError('json-shape', issue?.message ?? 'the JSON value has the wrong shape', {
    pointer: pointerTo(issue?.path ?? []),
  });
}
