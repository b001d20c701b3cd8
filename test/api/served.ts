import type { AccountDoor } from '../../src/api/access.ts';
import { createApp } from '../../src/api/app.ts';
import { Lexicon } from '../../src/operators/lexicon.ts';
import { NewWordsRefused } from '../../src/operators/new-words.ts';
import { DETAILS, type Scorer } from '../../src/predictor/scorer.ts';
import { doorTo, localAccount, PEPPER } from '../accounts/local-account.ts';
import { table } from '../operators/artefacts.ts';

export const ours = localAccount();

export const KEY = ours.key().text;

/** What the server is configured with. */
export interface Secrets {
  readonly KEY_PEPPER?: string;
  readonly ADMIN_TOKEN?: string;
}

export const SECRETS: Secrets = { KEY_PEPPER: PEPPER, ADMIN_TOKEN: 'token of the tests' };

export const CELL = '|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|skip_connect~1|nor_conv_3x3~2|';

/** The number of edges: a scorer whose answers can be reckoned by hand, so that the API alone is tested. */
export const byEdges: Scorer = {
  model: { id: 'edges', version: '1', sha256: '00' },
  heads: ['edges'],
  score: async (subjects, _, details = DETAILS) =>
    subjects.map(({ graph }) => {
      const edges = graph.edges.length;
      const score = edges / (edges + 4);
      return {
        score,
        percentile: 100 * score,
        ...(details.includes('heads') && { heads: { edges } }),
        ...(details.includes('expected') && { expected: {} }),
        warnings: [],
      };
    }),
  votesByCost: () => false,
  reference: () => ({ of: 'two networks', scores: [0.25, 0.75] }),
  unknownOperators: ({ nodes }) => nodes.flatMap(({ op }) => (op.includes('unheard-of') ? [op] : [])),
};

/** Words beyond the table mean nothing here: no encoder answers. */
const lexicon = new Lexicon(table, async () => {
  throw new NewWordsRefused('encoder-unavailable', 'the encoder does not answer', 10);
});

/** The API on that scorer, and on one account. */
export const serve = (scorer: Scorer = byEdges, account: () => AccountDoor = () => doorTo(ours.account)) =>
  createApp<Secrets>({
    scorer: () => scorer,
    lexicon: () => lexicon,
    manifest: { id: 'edges' },
    access: ({ KEY_PEPPER, ADMIN_TOKEN }) => ({ pepper: KEY_PEPPER, adminToken: ADMIN_TOKEN, account }),
  });

const app = serve();

/** A call with the right key, unless the headers say otherwise. */
export async function call(
  path: string,
  init: { method?: string; body?: BodyInit; duplex?: 'half'; headers?: Record<string, string> } = {},
): Promise<Response> {
  const headers = { Authorization: `Bearer ${KEY}`, ...init.headers };
  return app.request(path, { ...init, headers }, SECRETS);
}

/** A POST of a JSON value. */
export const post = (path: string, value: unknown): Promise<Response> =>
  call(path, {
    method: 'POST',
    body: JSON.stringify(value),
    headers: { 'Content-Type': 'application/json' },
  });
