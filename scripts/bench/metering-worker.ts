/**
 * Calls the API from inside the Worker, so that nothing but the API is measured: on a real account, or on one
 * that says yes without being asked. Time is taken by the caller: a Worker's clock may stand still.
 */
import type { AccountObject } from '../../src/accounts/account-object.ts';
import { mintKey, readKey } from '../../src/accounts/api-key.ts';
import type { Plan } from '../../src/accounts/plans.ts';
import type { AccountDoor } from '../../src/api/access.ts';
import { createApp } from '../../src/api/app.ts';
import { Lexicon } from '../../src/operators/lexicon.ts';
import { artefacts } from '../../src/predictor/artefacts-worker.ts';
import { openGcn } from '../../src/predictor/engine-worker.ts';
import { operatorTable } from '../../src/predictor/operator-table.ts';
import { createScorer } from '../../src/predictor/scorer.ts';
import { nasBench201Space } from '../../src/spaces/nas-bench-201.ts';
import { enumerate } from '../../src/spaces/variation.ts';

export { AccountObject } from '../../src/accounts/account-object.ts';

interface Bindings {
  readonly ACCOUNTS: DurableObjectNamespace<AccountObject>;
}

const PEPPER = 'pepper of the bench';
const PLAN: Plan = { overage: false, requestsPerSecond: 1e6, burst: 1e6, searches: 1 };
const ACCOUNT = 'b'.repeat(20);

/** Says yes to everything, and remembers nothing. */
const open: AccountDoor = {
  admit: async () => ({ standing: { plan: PLAN, requests: 1 } }),
  begin: async () => ({ standing: { plan: PLAN, requests: 1 } }),
  commit: async ({ units }) => ({ units, charged: units }),
  release: async () => {},
  usage: async () => [],
};

const scorer = createScorer(artefacts, openGcn);
const lexicon = new Lexicon(operatorTable(artefacts), async () => {
  throw new Error('the bench knows no new words');
});

const appOn = (account: () => AccountDoor) =>
  createApp<Bindings>({
    scorer: () => scorer,
    manifest: {},
    lexicon: () => lexicon,
    access: () => ({ pepper: PEPPER, adminToken: 'token', account }),
  });

let key: string | undefined;
async function keyOf(account: DurableObjectStub<AccountObject>): Promise<string> {
  if (key !== undefined) return key;
  await account.create({ id: ACCOUNT, name: 'bench', plan: 'bench' }, 'bench');
  const { text, ...minted } = mintKey(ACCOUNT, PEPPER);
  await account.addKey(minted, { name: 'bench', scopes: ['score'] }, 'bench');
  key = text;
  return text;
}

let cells: string[] | undefined;

export default {
  /** `/metered`, `/idempotent`, `/open`: K calls with N cells each. `/keys`: K keys are read. */
  async fetch(request: Request, bindings: Bindings): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const [batch, times] = [Number(searchParams.get('batch')), Number(searchParams.get('times'))];
    const account = bindings.ACCOUNTS.get(bindings.ACCOUNTS.idFromName(ACCOUNT));
    const text = await keyOf(account);
    cells ??= [...enumerate(nasBench201Space)].map((genome) => nasBench201Space.print(genome));
    if (pathname === '/keys') {
      for (let i = 0; i < times; i++) readKey(text, PEPPER);
      return new Response();
    }
    const app = appOn(() => (pathname === '/open' ? open : account));
    for (let i = 0; i < times; i++) {
      const from = (i * batch) % (cells.length - batch + 1);
      const answer = await app.request(
        '/v1/score',
        {
          method: 'POST',
          headers: {
            Authorization: `Bearer ${text}`,
            'Content-Type': 'application/json',
            ...(pathname === '/idempotent' ? { 'Idempotency-Key': crypto.randomUUID() } : {}),
          },
          body: JSON.stringify({ format: 'nas-bench-201', architectures: cells.slice(from, from + batch) }),
        },
        bindings,
      );
      if (!answer.ok) return answer;
      await answer.arrayBuffer();
    }
    return new Response();
  },
};
