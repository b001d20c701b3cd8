import { env, exports } from 'cloudflare:workers';
import { issuedKey } from '../../src/api/administration.ts';

/** A call with the admin token. */
export const administer = (path: string, body?: unknown, method = body === undefined ? 'GET' : 'POST') =>
  exports.default.fetch(`https://tgnas.example/v1/admin${path}`, {
    method,
    headers: { Authorization: `Bearer ${env.ADMIN_TOKEN}`, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

/** A new account on a plan, by its id. */
export async function newAccount(plan = 'unlimited'): Promise<string> {
  const created = await (await administer('/accounts', { name: 'a test', plan })).json<{ id: string }>();
  return created.id;
}

/** A new key of an account. */
export async function newKey(account: string, terms: object = {}): Promise<string> {
  const wanted = { name: 'a test', scopes: ['score', 'search', 'read'], ...terms };
  return issuedKey.parse(await (await administer(`/accounts/${account}/keys`, wanted)).json()).key;
}

/** The key of a new account without limits. */
export const newCustomer = async (): Promise<string> => newKey(await newAccount());
