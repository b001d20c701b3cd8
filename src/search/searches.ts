/** The searches of the accounts, as whoever serves them needs them. */
import type { Lexicon } from '../operators/lexicon.ts';
import type { Scorer } from '../predictor/scorer.ts';
import type { SpaceDefinition } from '../spaces/definition.ts';
import { spaceOf } from '../spaces/registry.ts';
import type { Genome, Space } from '../spaces/space.ts';
import type { Payer } from './coordinator/order.ts';
import type { SearchSnapshot, StartedSearch } from './coordinator/snapshot.ts';
import { webhookSecret } from './coordinator/webhook.ts';
import { webhookAddress } from './coordinator/webhook-address.ts';
import type { Coordinator } from './coordinator.ts';
import { refuseUnknownHeads, vectorsFor } from './readiness.ts';
import { startSearch } from './search.ts';
import { SearchError } from './search-error.ts';
import type { SearchIndex, SearchPage } from './search-index.ts';
import type { SearchSettings } from './settings.ts';

/** What a caller asks for. */
export interface SearchRequest {
  readonly space: string | SpaceDefinition;
  readonly settings: SearchSettings;
  readonly webhook?: string;
}

export interface SearchLimits {
  /** Evaluations of one search. */
  readonly evaluations: number;
  readonly retentionDays: number;
  /** Whether webhooks may lead anywhere: on a developer's machine. */
  readonly webhooksAnywhere: boolean;
}

/** Whom a search is begun for, and under what terms. */
export interface SearchTerms {
  readonly payer: Payer;
  /** Searches of the account that may run at a time. */
  readonly concurrency: number;
  /** Called again by the same one within a day, the call gives the search that it began. */
  readonly idempotencyKey?: string;
}

/** An `Idempotency-Key` that is for another call, or for one that is being answered. */
export class IdempotencyConflict extends Error {
  override readonly name = 'IdempotencyConflict';
  readonly code: 'idempotency-key-reused' | 'idempotency-key-in-use';

  constructor(code: IdempotencyConflict['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** An account has as many searches running as it may. */
export class TooManySearches extends Error {
  override readonly name = 'TooManySearches';
}

export interface SearchDependencies {
  readonly coordinators: DurableObjectNamespace<Coordinator>;
  readonly indices: DurableObjectNamespace<SearchIndex>;
  readonly scorer: () => Scorer;
  readonly lexicon: () => Lexicon;
  readonly limits: SearchLimits;
}

export class Searches {
  private readonly on: SearchDependencies;

  constructor(dependencies: SearchDependencies) {
    this.on = dependencies;
  }

  /**
   * Begins a search.
   *
   * @throws ArchitectureError for a space that is none
   * @throws SearchError for settings that it cannot be searched with
   * @throws NewWordsRefused naming operators that have no vector and do not get one now
   * @throws TooManySearches
   * @throws IdempotencyConflict
   */
  async start(request: SearchRequest, terms: SearchTerms): Promise<StartedSearch> {
    const { space: given, settings, webhook } = request;
    const { payer, concurrency, idempotencyKey } = terms;
    const { limits, coordinators } = this.on;
    if (settings.evaluations > limits.evaluations) {
      const message = `at most ${limits.evaluations} evaluations in a search, got ${settings.evaluations}`;
      throw new SearchError('too-many-evaluations', message, '/evaluations');
    }
    const url = webhook === undefined ? undefined : webhookAddress(webhook, limits.webhooksAnywhere).href;
    const space = spaceOf(given);
    startSearch(space, settings);
    const scorer = this.on.scorer();
    refuseUnknownHeads(settings, scorer);
    const vectors = await vectorsFor(space, scorer, this.on.lexicon(), payer.account);
    const id = coordinators.newUniqueId();
    const admission = await this.index(payer.account).admit(
      {
        id: id.toString(),
        request: JSON.stringify(request),
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      },
      concurrency,
    );
    if (admission === 'too-many') throw new TooManySearches(`at most ${concurrency} searches at a time`);
    if (admission === 'key-reused') {
      const message = 'the Idempotency-Key was used before, with another request';
      throw new IdempotencyConflict('idempotency-key-reused', message);
    }
    if (admission !== 'admitted') return this.startedBefore(admission.existing, payer.account);
    const secret = url === undefined ? undefined : webhookSecret();
    return coordinators.get(id).start({
      id: id.toString(),
      payer,
      space: given,
      settings,
      model: scorer.model,
      vectors,
      created: Date.now(),
      ...(url === undefined || secret === undefined ? {} : { webhook: { url, secret } }),
    });
  }

  private async startedBefore(id: string, account: string): Promise<StartedSearch> {
    const started = await this.coordinator(id)?.started(account);
    if (started !== undefined) return started;
    const message = 'the same call is being answered; ask again for its answer';
    throw new IdempotencyConflict('idempotency-key-in-use', message);
  }

  list(account: string, before: number | undefined, limit: number): Promise<SearchPage> {
    return this.index(account).list(before, limit, this.on.limits.retentionDays);
  }

  async get(id: string, account: string): Promise<SearchSnapshot | undefined> {
    return this.coordinator(id)?.snapshot(account);
  }

  async cancel(id: string, account: string): Promise<SearchSnapshot | undefined> {
    return this.coordinator(id)?.cancel(account);
  }

  /** The best architecture so far; no genome where none was found yet. */
  async best(id: string, account: string): Promise<{ space: Space; genome?: Genome } | undefined> {
    const found = await this.coordinator(id)?.best(account);
    if (found === undefined) return undefined;
    const space = spaceOf(found.space);
    return found.architecture === null ? { space } : { space, genome: space.read(found.architecture) };
  }

  /**
   * Events after the one that the client has seen last: `text/event-stream`, or a WebSocket where one is asked for.
   */
  async events(id: string, account: string, after: number, upgrade: boolean): Promise<Response | undefined> {
    const query = new URLSearchParams({ account, after: String(after) });
    const answer = await this.coordinator(id)?.fetch(`https://search/?${query}`, {
      headers: upgrade ? { Upgrade: 'websocket' } : {},
    });
    return answer?.status === 404 ? undefined : answer;
  }

  private index(account: string) {
    const { indices } = this.on;
    return indices.get(indices.idFromName(account));
  }

  /** Undefined for what no search can be called: ids carry a checksum that only the platform can make. */
  private coordinator(id: string) {
    const { coordinators } = this.on;
    try {
      return coordinators.get(coordinators.idFromString(id));
    } catch {
      return undefined;
    }
  }
}
