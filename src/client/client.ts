/**
 * The API from TypeScript, in Node, browsers, workers, Deno and Bun: fetch and web APIs alone.
 *
 * @example
 * const tgnas = new Tgnas({ key: 'tgk_...', url: 'https://tgnas.example' });
 * const { results } = await tgnas.score({ format: 'nas-bench-201', architectures });
 * const search = await tgnas.startSearch({ space: 'darts', budget: { evaluations: 2_000 } });
 * for await (const { type, data } of search.events()) console.log(type, data);
 */
import type { z } from 'zod';
import type * as schemas from '../api/schemas.ts';
import type * as searchSchemas from '../api/search-schemas.ts';
import type { usageResponse } from '../api/usage.ts';
import { batchesOf, inParallel } from './batches.ts';
import { ApiError, errorOf, ModelChangedError } from './errors.ts';
import { Search } from './search.ts';
import { type Call, Transport } from './transport.ts';

export * from './errors.ts';
export {
  type ExportForm,
  Search,
  type SearchEvent,
  type SearchSnapshot,
  type WatchOptions,
} from './search.ts';

export type ScoreRequest = z.input<typeof schemas.scoreRequest>;
export type ScoreResponse = z.infer<typeof schemas.scoreResponse>;
export type ScoreResult = ScoreResponse['results'][number];
export type SearchRequest = z.input<typeof searchSchemas.searchRequest>;
export type SearchPage = z.infer<typeof searchSchemas.searchPage>;
export type EmbedResponse = z.infer<typeof schemas.embedResponse>;
export type OperatorsQuery = Partial<z.input<typeof schemas.operatorsQuery>>;
export type Operators = z.infer<typeof schemas.operatorsResponse>;
export type Formats = z.infer<typeof schemas.formatsResponse>['formats'];
export type SpaceSummary = z.infer<typeof schemas.spacesResponse>['spaces'][number];
export type SpaceDetails = z.infer<typeof schemas.spaceResponse>;
export type Models = z.infer<typeof schemas.modelsResponse>['models'];
export type Health = z.infer<typeof schemas.health>;
export type UsageReport = z.infer<typeof usageResponse>;

export interface TgnasOptions {
  /** `tgk_...` */
  readonly key: string;
  /** Where the API is: `https://tgnas.example`. */
  readonly url: string;
  /** Calls of one batch at a time. Default 4. */
  readonly concurrency?: number;
  /** Tries after the first, of whatever fails in passing. Default 6. */
  readonly retries?: number;
  /** Milliseconds that one try may take until it is answered. Default 60,000. */
  readonly timeout?: number;
  /** Told of everything that is about to be tried again. */
  readonly onRetry?: (error: Error, milliseconds: number) => void;
  readonly fetch?: typeof fetch;
}

export interface CallOptions {
  /** Aborts the call; it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface ChargedOptions extends CallOptions {
  /**
   * For 24 hours, the same request with the same key is answered as before and charged once. Made up where it is
   * not given: then the client's own retries are charged once, and calling again is another call.
   */
  readonly idempotencyKey?: string;
}

/** The place of a complaint about one batch, in the whole. */
function shifted<Place extends { index?: number | undefined; pointer?: string | undefined }>(
  place: Place,
  start: number,
): Place {
  if (place.index === undefined) return place;
  const index = place.index + start;
  const pointer = place.pointer?.replace(/^\/architectures\/\d+/, `/architectures/${index}`);
  return { ...place, index, ...(pointer === undefined ? {} : { pointer }) };
}

function errorInWhole(error: unknown, start: number): unknown {
  if (!(error instanceof ApiError) || error.problem.index === undefined) return error;
  const { errors, ...problem } = error.problem;
  const all = errors?.map((each) => shifted(each, start));
  return errorOf(
    { ...shifted(problem, start), ...(all === undefined ? {} : { errors: all }) },
    error.retryAfter,
  );
}

/** What the parts of a batch were answered, as one answer. */
function joined(answers: readonly ScoreResponse[], starts: readonly number[]): ScoreResponse {
  const [first] = answers;
  if (first === undefined) throw new RangeError('expected at least one architecture');
  const { model } = first;
  const other = answers.find((answer) => answer.model.sha256 !== model.sha256);
  if (other !== undefined) {
    const detail = `scored in part by ${model.sha256}, in part by ${other.model.sha256}`;
    throw new ModelChangedError(detail);
  }
  const left = answers.flatMap(({ usage: { remaining } }) => (remaining === undefined ? [] : [remaining]));
  return {
    model,
    results: answers.flatMap(({ results }, at) =>
      results.map((result) => ({ ...result, index: result.index + (starts[at] ?? 0) })),
    ),
    usage: {
      units: answers.reduce((sum, { usage }) => sum + usage.units, 0),
      ...(left.length === 0 ? {} : { remaining: Math.min(...left) }),
    },
  };
}

export class Tgnas {
  private readonly transport: Transport;
  private readonly concurrency: number;

  constructor({ key, url, concurrency = 4, retries = 6, timeout = 60_000, onRetry, ...given }: TgnasOptions) {
    // Called as a method, the browser's own fetch refuses to work.
    const fetchGlobally: typeof fetch = (...call) => globalThis.fetch(...call);
    this.concurrency = concurrency;
    this.transport = new Transport({
      key,
      url: url.replace(/\/+$/, ''),
      fetch: given.fetch ?? fetchGlobally,
      retries,
      timeout,
      onRetry,
    });
  }

  private json<Answer>(path: string, call: Call): Promise<Answer> {
    return this.transport.send(path, call, (answer) => answer.json() as Promise<Answer>);
  }

  /**
   * Scores any number of architectures: 1,024 a call, several calls at a time. Results are in order, and each is
   * charged once however often its call is repeated. The first call to fail ends it; those before it are charged.
   *
   * @throws InvalidRequestError whose `problem.index` is the place in `architectures`
   * @throws ModelChangedError
   */
  async score(
    { architectures, ...request }: ScoreRequest,
    { idempotencyKey = crypto.randomUUID(), signal }: ChargedOptions = {},
  ): Promise<ScoreResponse> {
    const failed = new AbortController();
    const either = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
    const batches = batchesOf(architectures);
    const answers = await inParallel(batches, this.concurrency, async ({ start, items }, at) => {
      try {
        return await this.json<ScoreResponse>('/v1/score', {
          method: 'POST',
          body: { ...request, architectures: items },
          headers: { 'Idempotency-Key': batches.length === 1 ? idempotencyKey : `${idempotencyKey}-${at}` },
          signal: either,
        });
      } catch (error) {
        failed.abort(error);
        throw errorInWhole(error, start);
      }
    });
    return joined(
      answers,
      batches.map(({ start }) => start),
    );
  }

  /** Begins a search. Its signal cancels the search itself, not this call alone. */
  async startSearch(
    request: SearchRequest,
    { idempotencyKey = crypto.randomUUID(), signal }: ChargedOptions = {},
  ): Promise<Search> {
    const headers = { 'Idempotency-Key': idempotencyKey };
    const call: Call = { method: 'POST', body: request, headers };
    signal?.throwIfAborted();
    const { id } = await this.json<{ id: string }>('/v1/searches', call);
    return new Search(this.transport, id, signal);
  }

  /** A search that was begun before. */
  search(id: string): Search {
    return new Search(this.transport, id);
  }

  /** The account's searches, the newest first. */
  searches(
    query: { limit?: number; before?: number } = {},
    { signal }: CallOptions = {},
  ): Promise<SearchPage> {
    return this.json('/v1/searches', { query, signal });
  }

  /** How operators in any words are understood, and their vectors. */
  embed(operators: readonly string[], { signal }: CallOptions = {}): Promise<EmbedResponse> {
    return this.json('/v1/operators/embed', { method: 'POST', body: { operators }, signal });
  }

  operators({ search, family, limit, offset }: OperatorsQuery = {}, { signal }: CallOptions = {}) {
    const query = {
      search,
      family,
      limit: limit as number | undefined,
      offset: offset as number | undefined,
    };
    return this.json<Operators>('/v1/operators', { query, signal });
  }

  async formats({ signal }: CallOptions = {}): Promise<Formats> {
    return (await this.json<{ formats: Formats }>('/v1/formats', { signal })).formats;
  }

  async spaces({ signal }: CallOptions = {}): Promise<SpaceSummary[]> {
    return (await this.json<{ spaces: SpaceSummary[] }>('/v1/spaces', { signal })).spaces;
  }

  /** A space, its choices, and the scores of its reference architectures. */
  space(id: string, { signal }: CallOptions = {}): Promise<SpaceDetails> {
    return this.json(`/v1/spaces/${encodeURIComponent(id)}`, { signal });
  }

  async models({ signal }: CallOptions = {}): Promise<Models> {
    return (await this.json<{ models: Models }>('/v1/models', { signal })).models;
  }

  /** What was charged in a period of days, this month by itself. */
  usage(
    query: { from?: string; to?: string; group?: UsageReport['group'] } = {},
    { signal }: CallOptions = {},
  ): Promise<UsageReport> {
    return this.json('/v1/usage', { query, signal });
  }

  health({ signal }: CallOptions = {}): Promise<Health> {
    return this.json('/healthz', { signal });
  }
}
