/** The Worker: the HTTP API, and the Scorer that other Workers call over a service binding. Wiring only. */
import { WorkerEntrypoint } from 'cloudflare:workers';
import { localAccess } from './api/access.ts';
import { createApp } from './api/app.ts';
import { artefacts } from './predictor/artefacts-worker.ts';
import { openOnnx } from './predictor/onnx-worker.ts';
import { createScorer, type Prediction, type Scorer as Predictor, type Subject } from './predictor/scorer.ts';

let opened: Predictor | undefined;

/** One scorer an isolate, opened by the first request that needs it. */
function scorer(): Predictor {
  opened ??= createScorer(artefacts, openOnnx);
  return opened;
}

const app = createApp<Cloudflare.Env>({
  scorer,
  manifest: artefacts.documents['manifest.json'] as Readonly<Record<string, unknown>>,
  access: ({ LOCAL_KEY }) => localAccess(LOCAL_KEY),
});

export default { fetch: app.fetch } satisfies ExportedHandler<Cloudflare.Env>;

/** Scoring for other Workers, and for the search's coordinator: no key, no HTTP. */
export class Scorer extends WorkerEntrypoint<Cloudflare.Env> {
  /** One prediction a subject, in order. */
  score(subjects: readonly Subject[]): Promise<Prediction[]> {
    return scorer().score(subjects);
  }
}
