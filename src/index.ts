/** The Worker: the HTTP API, and the Scorer that other Workers call over a service binding. Wiring only. */
import { WorkerEntrypoint } from 'cloudflare:workers';
import { AccountObject } from './accounts/account-object.ts';
import { AccountDirectory } from './accounts/directory.ts';
import { readPlans } from './accounts/plans.ts';
import type { Access } from './api/access.ts';
import { addAdministration } from './api/administration.ts';
import { createApp } from './api/app.ts';
import { Lexicon } from './operators/lexicon.ts';
import { OperatorMemory, throughMemory } from './operators/memory.ts';
import { artefacts } from './predictor/artefacts-worker.ts';
import { openOnnx } from './predictor/onnx-worker.ts';
import { operatorTable } from './predictor/operator-table.ts';
import { createScorer, type Prediction, type Scorer as Predictor, type Subject } from './predictor/scorer.ts';

let opened: Predictor | undefined;

/** One scorer an isolate, opened by the first request that needs it. */
function scorer(): Predictor {
  opened ??= createScorer(artefacts, openOnnx);
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

export default { fetch: app.fetch } satisfies ExportedHandler<Cloudflare.Env>;

export { AccountDirectory, AccountObject, OperatorMemory };

/** Scoring for other Workers, and for the search's coordinator: no key, no HTTP. */
export class Scorer extends WorkerEntrypoint<Cloudflare.Env> {
  /** One prediction a subject, in order; `vectors` as `Scorer.score` in `predictor` has them. */
  score(subjects: readonly Subject[], vectors?: ReadonlyMap<string, Float32Array>): Promise<Prediction[]> {
    return scorer().score(subjects, vectors);
  }
}
