/** The Worker: the HTTP API, and the Scorer that other Workers call over a service binding. Wiring only. */
import { exports, WorkerEntrypoint } from 'cloudflare:workers';
import { AccountObject } from './accounts/account-object.ts';
import { AccountDirectory } from './accounts/directory.ts';
import { readPlans } from './accounts/plans.ts';
import { searchMeter } from './accounts/search-meter.ts';
import type { Access } from './api/access.ts';
import { addAdministration } from './api/administration.ts';
import { createApp } from './api/app.ts';
import { addSearches } from './api/searches.ts';
import { Lexicon } from './operators/lexicon.ts';
import { OperatorMemory, throughMemory } from './operators/memory.ts';
import { artefacts } from './predictor/artefacts-worker.ts';
import { openGcn } from './predictor/engine-worker.ts';
import { operatorTable } from './predictor/operator-table.ts';
import {
  createScorer,
  type Detail,
  type Prediction,
  type Scorer as Predictor,
  type Subject,
} from './predictor/scorer.ts';
import type { SearchOrder } from './search/coordinator/order.ts';
import { Coordinator } from './search/coordinator.ts';
import { SearchIndex } from './search/search-index.ts';
import { Searches } from './search/searches.ts';
import { detailsFor } from './search/subject.ts';

let opened: Predictor | undefined;

/** One scorer an isolate, opened by the first request that needs it. */
function scorer(): Predictor {
  opened ??= createScorer(artefacts, openGcn);
  return opened;
}

let words: Lexicon | undefined;

/** One lexicon an isolate. */
function lexicon({ OPERATOR_MEMORY, NEW_WORDS_PER_CALL, NEW_WORDS_PER_DAY }: Cloudflare.Env): Lexicon {
  const allowance = { perCall: NEW_WORDS_PER_CALL, perDay: NEW_WORDS_PER_DAY };
  words ??= new Lexicon(operatorTable(artefacts), throughMemory(OPERATOR_MEMORY, allowance));
  return words;
}

const accountOf =
  ({ ACCOUNTS }: Cloudflare.Env) =>
  (id: string) =>
    ACCOUNTS.get(ACCOUNTS.idFromName(id));

const accessOf = (env: Cloudflare.Env): Access => ({
  pepper: env.KEY_PEPPER,
  adminToken: env.ADMIN_TOKEN,
  account: accountOf(env),
});

const app = createApp<Cloudflare.Env>({
  scorer,
  manifest: artefacts.documents['manifest.json'] as Readonly<Record<string, unknown>>,
  lexicon,
  access: accessOf,
});
addAdministration<Cloudflare.Env>(app, (env) => ({
  access: accessOf(env),
  plans: readPlans(env.PLANS),
  account: accountOf(env),
  directory: env.ACCOUNT_DIRECTORY.get(env.ACCOUNT_DIRECTORY.idFromName('all')),
}));
addSearches<Cloudflare.Env>(
  app,
  (env) =>
    new Searches({
      coordinators: env.SEARCHES,
      indices: env.SEARCH_INDICES,
      scorer,
      lexicon: () => lexicon(env),
      limits: {
        evaluations: env.SEARCH_EVALUATIONS,
        retentionDays: env.SEARCH_RETENTION_DAYS,
        webhooksAnywhere: env.WEBHOOKS_ANYWHERE === 'true',
      },
    }),
);

export default { fetch: app.fetch } satisfies ExportedHandler<Cloudflare.Env>;

export { AccountDirectory, AccountObject, OperatorMemory, SearchIndex };

/** Scoring for other Workers, and for the search's coordinator: no key, no HTTP. */
export class Scorer extends WorkerEntrypoint<Cloudflare.Env> {
  /** One prediction a subject, in order; `vectors` as `Scorer.score` in `predictor` has them. */
  score(
    subjects: readonly Subject[],
    vectors?: ReadonlyMap<string, Float32Array>,
    details?: readonly Detail[],
  ): Promise<Prediction[]> {
    return scorer().score(subjects, vectors, details);
  }

  /**
   * The same by one model and no other, so that a search never mixes two.
   *
   * @throws Error where this Worker has another one: during a deployment, the next call may find the right one
   */
  async scoreBy(
    sha256: string,
    subjects: readonly Subject[],
    vectors?: ReadonlyMap<string, Float32Array>,
    details?: readonly Detail[],
  ): Promise<Prediction[]> {
    const { model } = scorer();
    if (model.sha256 === sha256) return this.score(subjects, vectors, details);
    throw new Error(`expected the model ${sha256}, this Worker has ${model.sha256}`);
  }
}

/** Conducts a search: scored by the `Scorer` above, over its binding, and paid for by the account. */
export class SearchCoordinator extends Coordinator {
  protected override means() {
    return {
      score: ({ model, vectors, settings }: SearchOrder) => {
        const words = vectors.size === 0 ? undefined : vectors;
        const details = detailsFor(settings);
        return (subjects: readonly Subject[]) =>
          exports.Scorer.scoreBy(model.sha256, subjects, words, details);
      },
      meter: searchMeter(accountOf(this.env)),
    };
  }
}
