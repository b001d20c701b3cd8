/** What goes wrong with a call, as classes to tell apart with `instanceof`. */
import type { z } from 'zod';
import type * as schemas from '../api/schemas.ts';

/** RFC 9457, as the API answers. */
export type Problem = z.infer<typeof schemas.problem>;

/** Whatever a call can fail with, short of being aborted. */
export class TgnasError extends Error {
  override readonly name: string = 'TgnasError';
}

/** No answer came, or it was cut off, as often as it was tried. */
export class ConnectionError extends TgnasError {
  override readonly name = 'ConnectionError';
}

/** Parts of one batch were scored by different models, as a new one was deployed meanwhile: score it again. */
export class ModelChangedError extends TgnasError {
  override readonly name = 'ModelChangedError';
}

/** The API answered with a problem. */
export class ApiError extends TgnasError {
  override readonly name: string = 'ApiError';
  readonly problem: Problem;
  /** Seconds that the API asks to wait. */
  readonly retryAfter: number | undefined;

  constructor(problem: Problem, retryAfter?: number) {
    super(problem.detail);
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  get status(): number {
    return this.problem.status;
  }

  /** Stable; tells one problem from another. */
  get code(): string {
    return this.problem.code;
  }
}

/** 400, 413, 415, 422: the request cannot be read. Says where: `problem.index`, `pointer`, `offset`, `errors`. */
export class InvalidRequestError extends ApiError {
  override readonly name = 'InvalidRequestError';
}

/** 401: no key, or none of this server's, or one that works no more. */
export class AuthenticationError extends ApiError {
  override readonly name = 'AuthenticationError';
}

/** 403: the key lacks the scope. */
export class PermissionError extends ApiError {
  override readonly name = 'PermissionError';
}

/** 404. */
export class NotFoundError extends ApiError {
  override readonly name = 'NotFoundError';
}

/** 409: the idempotency key is for another request, or for one that is still at work. */
export class ConflictError extends ApiError {
  override readonly name = 'ConflictError';
}

/** 429: too many requests, units, searches, or operators that were never seen before. */
export class LimitError extends ApiError {
  override readonly name = 'LimitError';
}

/** 5xx: the server could not answer, as often as it was asked. */
export class ServerError extends ApiError {
  override readonly name = 'ServerError';
}

const CLASSES: Readonly<Record<number, typeof ApiError>> = {
  400: InvalidRequestError,
  401: AuthenticationError,
  403: PermissionError,
  404: NotFoundError,
  409: ConflictError,
  413: InvalidRequestError,
  415: InvalidRequestError,
  422: InvalidRequestError,
  429: LimitError,
};

/** The error of a problem's status. */
export function errorOf(problem: Problem, retryAfter?: number): ApiError {
  const Class = CLASSES[problem.status] ?? (problem.status >= 500 ? ServerError : ApiError);
  return new Class(problem, retryAfter);
}
