/** Requests that are tried again: what fails on the way is repeated, what is refused is thrown. */
import { ApiError, ConflictError, ConnectionError, errorOf, type Problem } from './errors.ts';

export interface TransportOptions {
  /** `tgk_...` */
  readonly key: string;
  /** Where the API is, without `/v1`. */
  readonly url: string;
  readonly fetch: typeof fetch;
  /** Tries after the first. */
  readonly retries: number;
  /** Milliseconds that one try may take until its answer begins. */
  readonly timeout: number;
  /** Told of everything that is about to be tried again. */
  readonly onRetry: ((error: Error, milliseconds: number) => void) | undefined;
}

export interface Call {
  readonly method?: 'GET' | 'POST';
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
/** Whoever is to wait longer than this should know, rather than wait. */
const MAX_RETRY_AFTER_SECONDS = 60;
/** Of the API's own and of proxies before it. */
const TRANSIENT: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Resolves after the time, rejects when the signal is aborted. */
function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, milliseconds);
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}

/** RFC 9110 section 10.2.3: seconds, or a date. */
function retryAfterOf(answer: Response): number | undefined {
  const header = answer.headers.get('Retry-After');
  if (header === null) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1_000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

const isProblem = (value: unknown): value is Problem =>
  typeof value === 'object' && value !== null && 'code' in value && 'detail' in value && 'status' in value;

/** An answer that is no success as an error; proxies answer with what is no problem document. */
async function refusalOf(answer: Response): Promise<ApiError> {
  const text = await answer.text();
  let problem: unknown;
  try {
    problem = JSON.parse(text);
  } catch {
    // Told by its status below.
  }
  const { status } = answer;
  const bare = {
    type: 'about:blank',
    title: 'Error',
    status,
    code: `http-${status}`,
    detail: `HTTP ${status}`,
  };
  return errorOf(isProblem(problem) ? { ...problem, status } : bare, retryAfterOf(answer));
}

/** Whether the same request may be answered otherwise a little later. */
function isTransient(error: unknown): error is Error {
  if (error instanceof ConnectionError) return true;
  if (!(error instanceof ApiError)) return false;
  if ((error.retryAfter ?? 0) > MAX_RETRY_AFTER_SECONDS) return false;
  if (error instanceof ConflictError) return error.code === 'idempotency-key-in-use';
  return TRANSIENT.has(error.status);
}

/** Exponential with jitter, and no sooner than the API asks for. */
function pauseBefore(retry: number, error: Error): number {
  const ceiling = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** retry);
  const asked = error instanceof ApiError ? 1_000 * (error.retryAfter ?? 0) : 0;
  return asked + ceiling * (0.5 + Math.random() / 2);
}

export class Transport {
  private readonly on: TransportOptions;

  constructor(options: TransportOptions) {
    this.on = options;
  }

  /**
   * Sends a call until it is answered, and reads the answer.
   *
   * @param read what becomes of a successful answer; where it throws, the answer was cut off
   * @throws ApiError what is refused, or fails as often as it is tried
   * @throws ConnectionError
   * @throws the signal's reason, once it is aborted
   */
  async send<Answer>(path: string, call: Call, read: (answer: Response) => Promise<Answer>): Promise<Answer> {
    for (let retry = 0; ; retry++) {
      try {
        return await this.attempt(path, call, read);
      } catch (error) {
        call.signal?.throwIfAborted();
        if (!isTransient(error)) throw error;
        await this.wait(retry, error, call.signal);
      }
    }
  }

  /**
   * The pause before a retry, counted from 0, which is told of.
   *
   * @throws the error itself, once everything was tried as often as it may be
   */
  async wait(retry: number, error: Error, signal?: AbortSignal): Promise<void> {
    if (retry >= this.on.retries) throw error;
    const milliseconds = pauseBefore(retry, error);
    this.on.onRetry?.(error, milliseconds);
    await pause(milliseconds, signal);
  }

  /** Sends a call once. */
  private async attempt<Answer>(
    path: string,
    { method = 'GET', query = {}, body, headers = {}, signal }: Call,
    read: (answer: Response) => Promise<Answer>,
  ): Promise<Answer> {
    const given = Object.entries(query).filter((entry) => entry[1] !== undefined);
    const search = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]));
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), this.on.timeout);
    const { fetch } = this.on;
    try {
      const answer = await fetch(`${this.on.url}${path}${search.size > 0 ? `?${search}` : ''}`, {
        method,
        headers: {
          Authorization: `Bearer ${this.on.key}`,
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]),
      });
      if (!answer.ok) throw await refusalOf(answer);
      // Reading is not timed: events come for as long as a search takes.
      clearTimeout(timer);
      return await read(answer);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof ApiError) throw error;
      const why = late.signal.aborted ? `no answer within ${this.on.timeout} ms` : String(error);
      throw new ConnectionError(`${method} ${path}: ${why}`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }
}
