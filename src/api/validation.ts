import type { z } from 'zod';
import { type Complaint, MAX_COMPLAINTS, type Place, ProblemError } from './problem.ts';

type Issue = z.core.$ZodIssue;

/** What a route's schema made of one part of a request: its `json` body or its `query`. */
type Validation = { readonly target: string } & (
  | { readonly success: true }
  | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } }
);

/** RFC 6901: `~` and `/` inside a key are escaped. */
const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

function placeOf(target: string, path: readonly PropertyKey[]): Place {
  if (target !== 'json') return { parameter: path.map(String).join('.') };
  const [list, index] = path;
  const inBatch = list === 'architectures' && typeof index === 'number';
  return { ...(inBatch ? { index } : {}), pointer: pointerTo(path) };
}

function complaintsOf(target: string, issue: Issue): Complaint[] {
  const code = target === 'json' ? 'request-invalid' : 'query-invalid';
  if (issue.code !== 'unrecognized_keys') {
    return [{ code, detail: issue.message, ...placeOf(target, issue.path) }];
  }
  return issue.keys.map((key) => ({
    code,
    detail: `unknown ${target === 'json' ? 'field' : 'parameter'} ${JSON.stringify(key.slice(0, 64))}`,
    ...placeOf(target, [...issue.path, key]),
  }));
}

/**
 * What every route does with a request that does not have its shape.
 *
 * @throws ProblemError 422 `request-invalid` or `query-invalid`
 */
export function refuseInvalid(result: Validation): undefined {
  if (result.success) return;
  const [first, ...others] = result.error.issues.flatMap((issue) => complaintsOf(result.target, issue));
  if (first === undefined) return;
  throw new ProblemError(422, [first, ...others.slice(0, MAX_COMPLAINTS - 1)], {}, others.length + 1);
}
