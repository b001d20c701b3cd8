/** Errors as callers see them: RFC 9457 problem details, with a stable `code` and the place of what is wrong. */
import type { Context, ErrorHandler, NotFoundHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { type ParseError, parse as parseTolerantly } from 'jsonc-parser';
import { NewWordsRefused, type RefusalReason } from '../operators/new-words.ts';
import { BatchError, type Fault } from '../predictor/score-batch.ts';

/** RFC 9457 section 4.2.1: with `about:blank` the title is the status phrase; our `code` tells problems apart. */
export const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** Where something is wrong in a request. */
export interface Place {
  /** Place of the architecture in the batch, from 0. */
  readonly index?: number;
  /** RFC 6901 JSON pointer into the body. */
  readonly pointer?: string;
  /** Zero-based character offset into the text at `pointer`, or into the body where there is no pointer. */
  readonly offset?: number;
  /** The query parameter. */
  readonly parameter?: string;
}

/** One thing wrong. */
export interface Complaint extends Place {
  readonly code: string;
  readonly detail: string;
}

/** Complaints that an answer lists; the rest are counted. */
export const MAX_COMPLAINTS = 32;

/** An error with an answer for the caller. Anything else thrown becomes a bare 500. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly status: ContentfulStatusCode;
  readonly complaints: readonly [Complaint, ...Complaint[]];
  readonly headers: Readonly<Record<string, string>>;
  /** How many complaints there are in all. */
  readonly count: number;

  constructor(
    status: ContentfulStatusCode,
    complaints: readonly [Complaint, ...Complaint[]],
    headers: Readonly<Record<string, string>> = {},
    count = complaints.length,
  ) {
    super(complaints[0].detail);
    this.status = status;
    this.complaints = complaints;
    this.headers = headers;
    this.count = count;
  }
}

/** The `application/problem+json` answer: the first complaint is the problem, all of them stand in `errors`. */
function answer(c: Context, { status, complaints, headers, count }: ProblemError): Response {
  const [{ code, detail, ...place }] = complaints;
  const located = complaints.some((each) => 'pointer' in each || 'parameter' in each);
  const problem = {
    type: 'about:blank',
    title: TITLES[status] ?? 'Error',
    status,
    code,
    detail,
    ...place,
    ...(located ? { errors: complaints, errorCount: count } : {}),
  };
  return c.body(JSON.stringify(problem), status, { ...headers, 'Content-Type': 'application/problem+json' });
}

/** The place of a fault in the body of the request. */
function complaintOf({ index, error }: Fault): Complaint {
  const { pointer, offset } = error.position;
  return {
    code: error.code,
    detail: error.message,
    index,
    pointer: `/architectures/${index}${pointer}`,
    ...(offset === undefined ? {} : { offset }),
  };
}

const REFUSAL_STATUS: Readonly<Record<RefusalReason, ContentfulStatusCode>> = {
  'too-many-new-words': 422,
  'daily-limit': 429,
  'encoder-unavailable': 503,
};

function refusalProblem({ reason, message, retryAfter }: NewWordsRefused): ProblemError {
  const headers: Record<string, string> =
    retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) };
  return new ProblemError(
    REFUSAL_STATUS[reason],
    [{ code: `operators-${reason}`, detail: message }],
    headers,
  );
}

/** A body that is not JSON, and where it stops being so: the engine's own message does not always say. */
async function malformedJson(c: Context): Promise<ProblemError> {
  const errors: ParseError[] = [];
  parseTolerantly(await c.req.text(), errors, { disallowComments: true, allowTrailingComma: false });
  const offset = errors[0]?.offset ?? 0;
  return new ProblemError(400, [
    {
      code: 'json-malformed',
      detail: `the body must be JSON, and is not from character ${offset} on`,
      offset,
    },
  ]);
}

/** Turns whatever a handler threw into an answer. */
export const onError: ErrorHandler = async (error, c) => {
  if (error instanceof ProblemError) return answer(c, error);
  if (error instanceof NewWordsRefused) return answer(c, refusalProblem(error));
  if (error instanceof BatchError) {
    const [first, ...others] = error.faults;
    const named = others.slice(0, MAX_COMPLAINTS - 1).map(complaintOf);
    return answer(c, new ProblemError(422, [complaintOf(first), ...named], {}, error.faults.length));
  }
  if (error instanceof HTTPException && error.status === 400) return answer(c, await malformedJson(c));
  console.error(error);
  return answer(
    c,
    new ProblemError(500, [
      { code: 'internal', detail: 'the request could not be answered; it is our fault' },
    ]),
  );
};

export const onNotFound: NotFoundHandler = (c) =>
  answer(
    c,
    new ProblemError(404, [
      { code: 'route-not-found', detail: `nothing is at ${c.req.path}; /openapi.json lists what there is` },
    ]),
  );

export function onMethodNotAllowed(c: Context, methods: readonly string[]): Response {
  const allowed = methods.join(', ');
  const detail = `${c.req.path} takes ${allowed}, got ${c.req.method}`;
  return answer(c, new ProblemError(405, [{ code: 'method-not-allowed', detail }], { Allow: allowed }));
}
