/** `/v1/admin`: accounts and keys, for whoever runs the server. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import type { AuditRecord, Profile } from '../accounts/account.ts';
import { ACCOUNT_ID, mintKey, newAccountId, type PresentedKey, sameSecret } from '../accounts/api-key.ts';
import { type KeyRecord, type KeyTerms, SCOPES } from '../accounts/keyring.ts';
import type { Plans } from '../accounts/plans.ts';
import { type Access, type AccessVariables, bearerOf, secretsOf } from './access.ts';
import { json, problemAnswer } from './answers.ts';
import { unauthorized } from './caller.ts';
import { ProblemError } from './problem.ts';
import { jsonBody } from './request-body.ts';

/** An account as administration asks it; `undefined` and `false` say that there is no such thing. */
export interface AdministeredAccount {
  create(profile: Omit<Profile, 'created'>, from: string): Promise<Profile>;
  overview(): Promise<{ readonly profile: Profile; readonly unexported: number } | undefined>;
  change(changed: z.infer<typeof accountChange>, from: string): Promise<Profile | undefined>;
  keys(): Promise<KeyRecord[] | undefined>;
  addKey(key: PresentedKey, terms: KeyTerms, from: string): Promise<boolean>;
  rotateKey(old: string, key: PresentedKey, overlap: number, from: string): Promise<KeyTerms | undefined>;
  revokeKey(id: string, from: string): Promise<boolean>;
  audit(): Promise<AuditRecord[] | undefined>;
}

/** What administration stands on. */
export interface Administration {
  readonly access: Access;
  readonly plans: Plans;
  readonly account: (id: string) => AdministeredAccount;
  readonly directory: {
    add(id: string): Promise<void>;
    list(limit: number, offset: number): Promise<{ readonly ids: string[]; readonly total: number }>;
  };
}

const name = z.string().trim().min(1).max(128);
const plan = z.string().max(32);
const stripeCustomer = z.string().regex(/^cus_\w{1,64}$/, 'expected the id of a Stripe customer, cus_...');

const newAccount = z
  .strictObject({ name, plan, stripeCustomer: stripeCustomer.optional() })
  .openapi('NewAccount');

const accountChange = z
  .strictObject({ name: name.optional(), plan: plan.optional(), stripeCustomer: stripeCustomer.optional() })
  .openapi('AccountChange');

const newKey = z
  .strictObject({
    name,
    scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length),
    expires: z.iso
      .datetime()
      .optional()
      .openapi({ description: 'Until when it works; for ever without it.' }),
  })
  .openapi('NewKey');

const rotation = z
  .strictObject({
    overlapSeconds: z
      .int()
      .min(0)
      .max(2_592_000)
      .default(0)
      .openapi({ description: 'For how long the old key still works.' }),
  })
  .openapi('KeyRotation');

const page = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  offset: z.coerce.number().int().min(0).default(0),
});

const account = z
  .object({
    id: z.string(),
    name: z.string(),
    plan: z.string(),
    stripeCustomer: z.string().optional(),
    created: z.string(),
  })
  .openapi('Account');

const accountOverview = account
  .extend({ unexported: z.int().openapi({ description: 'Metering events that no sink has taken yet.' }) })
  .openapi('AccountOverview');

const accountPage = z
  .object({ accounts: z.array(account), total: z.int(), next: z.int().nullable() })
  .openapi('Accounts');

const keyRecord = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.enum(SCOPES)).readonly(),
    created: z.string(),
    expires: z.string().optional(),
    revoked: z.string().optional(),
  })
  .openapi('Key');

const keyList = z.object({ keys: z.array(keyRecord) }).openapi('Keys');

export const issuedKey = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.enum(SCOPES)).readonly(),
    expires: z.string().optional(),
    key: z.string().openapi({ description: 'The key itself, shown this once.' }),
  })
  .openapi('IssuedKey');

const audit = z
  .object({
    records: z.array(
      z.object({
        number: z.int(),
        time: z.string(),
        from: z.string().openapi({ description: 'The address that the call came from.' }),
        action: z.string(),
        detail: z.string(),
      }),
    ),
  })
  .openapi('AuditLog');

const ofAccount = z.object({ account: z.string().max(64) });
const ofKey = ofAccount.extend({ key: z.string().max(64) });

const body = <Schema extends z.ZodType>(schema: Schema) => ({
  required: true,
  content: { 'application/json': { schema } },
});

const security = [{ admin: [] }];
const refused = { 401: problemAnswer('Not the admin token.'), 503: problemAnswer('A secret is not set.') };
const missing = { 404: problemAnswer('There is no such account, or no such key.') };
const unreadable = { 422: problemAnswer('Something in the request cannot be read.') };

const createAccount = createRoute({
  method: 'post',
  path: '/v1/admin/accounts',
  security,
  middleware: jsonBody(),
  request: { body: body(newAccount) },
  responses: { 201: json(account, 'The account, which has no keys yet.'), ...refused, ...unreadable },
});

const listAccounts = createRoute({
  method: 'get',
  path: '/v1/admin/accounts',
  security,
  request: { query: page },
  responses: { 200: json(accountPage, 'Accounts, the oldest first.'), ...refused, ...unreadable },
});

const readAccount = createRoute({
  method: 'get',
  path: '/v1/admin/accounts/{account}',
  security,
  request: { params: ofAccount },
  responses: { 200: json(accountOverview, 'The account.'), ...refused, ...missing },
});

const changeAccount = createRoute({
  method: 'patch',
  path: '/v1/admin/accounts/{account}',
  security,
  middleware: jsonBody(),
  request: { params: ofAccount, body: body(accountChange) },
  responses: { 200: json(account, 'The account as it is now.'), ...refused, ...missing, ...unreadable },
});

const readAudit = createRoute({
  method: 'get',
  path: '/v1/admin/accounts/{account}/audit',
  security,
  request: { params: ofAccount },
  responses: { 200: json(audit, 'What was done to the account.'), ...refused, ...missing },
});

const createKey = createRoute({
  method: 'post',
  path: '/v1/admin/accounts/{account}/keys',
  security,
  middleware: jsonBody(),
  request: { params: ofAccount, body: body(newKey) },
  responses: { 201: json(issuedKey, 'The key, shown this once.'), ...refused, ...missing, ...unreadable },
});

const listKeys = createRoute({
  method: 'get',
  path: '/v1/admin/accounts/{account}/keys',
  security,
  request: { params: ofAccount },
  responses: { 200: json(keyList, 'All keys that there ever were.'), ...refused, ...missing },
});

const rotateKey = createRoute({
  method: 'post',
  path: '/v1/admin/accounts/{account}/keys/{key}/rotate',
  security,
  middleware: jsonBody(),
  request: { params: ofKey, body: body(rotation) },
  responses: {
    201: json(issuedKey, 'The key that takes the place of the old one, shown this once.'),
    ...refused,
    ...missing,
    ...unreadable,
  },
});

const revokeKey = createRoute({
  method: 'delete',
  path: '/v1/admin/accounts/{account}/keys/{key}',
  security,
  request: { params: ofKey },
  responses: { 204: { description: 'The key works no more.' }, ...refused, ...missing },
});

const iso = (time: number): string => new Date(time).toISOString();

const shownAccount = (profile: Profile) => ({ ...profile, created: iso(profile.created) });

const shownTerms = ({ name, scopes, expires }: KeyTerms) => ({
  name,
  scopes,
  ...(expires === undefined ? {} : { expires: iso(expires) }),
});

const shownKey = (key: KeyRecord) => ({
  id: key.id,
  ...shownTerms(key),
  created: iso(key.created),
  ...(key.revoked === undefined ? {} : { revoked: iso(key.revoked) }),
});

/** @throws ProblemError 404 when there is nothing */
function found<Thing>(thing: Thing | undefined | false): Thing {
  if (thing !== undefined && thing !== false) return thing;
  throw new ProblemError(404, [{ code: 'account-not-found', detail: 'no such account, or no such key' }]);
}

/** Where an administrator's call comes from, as Cloudflare says it. */
const originOf = (c: Context): string => c.req.header('CF-Connecting-IP') ?? 'unknown';

/** Lets only whoever has the admin token through. */
function requireAdmin<Bindings extends object>(
  accessOf: (bindings: Bindings) => Access,
): MiddlewareHandler<{ Bindings: Bindings }> {
  return async function requireAdmin(c, next) {
    const { adminToken } = secretsOf(accessOf(c.env));
    const token = bearerOf(c);
    if (token === undefined || !sameSecret(token, adminToken)) {
      throw unauthorized('admin-token-wrong', 'expected Authorization: Bearer and the admin token');
    }
    await next();
  };
}

/** Adds the routes to the API. */
export function addAdministration<Bindings extends object>(
  app: OpenAPIHono<{ Bindings: Bindings; Variables: AccessVariables }>,
  administration: (bindings: Bindings) => Administration,
): void {
  app.use(
    '/v1/admin/*',
    requireAdmin((bindings: Bindings) => administration(bindings).access),
  );
  app.openAPIRegistry.registerComponent('securitySchemes', 'admin', { type: 'http', scheme: 'bearer' });

  const accountOf = (bindings: Bindings, id: string): AdministeredAccount => {
    found(ACCOUNT_ID.test(id));
    return administration(bindings).account(id);
  };
  const checkPlan = (bindings: Bindings, plan: string | undefined): void => {
    const { plans } = administration(bindings);
    if (plan === undefined || Object.hasOwn(plans, plan)) return;
    const detail = `expected one of ${Object.keys(plans).join(', ')}`;
    throw new ProblemError(422, [{ code: 'plan-unknown', detail, pointer: '/plan' }]);
  };
  const mint = (bindings: Bindings, account: string) => {
    const { text, ...key } = mintKey(account, secretsOf(administration(bindings).access).pepper);
    return { text, key };
  };

  app.openapi(createAccount, async (c) => {
    const { stripeCustomer, ...given } = c.req.valid('json');
    checkPlan(c.env, given.plan);
    const id = newAccountId();
    const profile = { id, ...given, ...(stripeCustomer === undefined ? {} : { stripeCustomer }) };
    const created = await accountOf(c.env, id).create(profile, originOf(c));
    await administration(c.env).directory.add(id);
    return c.json(shownAccount(created), 201);
  });

  app.openapi(listAccounts, async (c) => {
    const { limit, offset } = c.req.valid('query');
    const { ids, total } = await administration(c.env).directory.list(limit, offset);
    const overviews = await Promise.all(ids.map((id) => accountOf(c.env, id).overview()));
    const accounts = overviews.flatMap((each) => (each === undefined ? [] : [shownAccount(each.profile)]));
    const end = offset + ids.length;
    return c.json({ accounts, total, next: end < total ? end : null }, 200);
  });

  app.openapi(readAccount, async (c) => {
    const { profile, unexported } = found(await accountOf(c.env, c.req.valid('param').account).overview());
    return c.json({ ...shownAccount(profile), unexported }, 200);
  });

  app.openapi(changeAccount, async (c) => {
    const changed = c.req.valid('json');
    checkPlan(c.env, changed.plan);
    const account = accountOf(c.env, c.req.valid('param').account);
    return c.json(shownAccount(found(await account.change(changed, originOf(c)))), 200);
  });

  app.openapi(readAudit, async (c) => {
    const records = found(await accountOf(c.env, c.req.valid('param').account).audit());
    return c.json({ records: records.map((record) => ({ ...record, time: iso(record.time) })) }, 200);
  });

  app.openapi(createKey, async (c) => {
    const { account } = c.req.valid('param');
    const { name, scopes, expires } = c.req.valid('json');
    const terms = { name, scopes, ...(expires === undefined ? {} : { expires: Date.parse(expires) }) };
    const { text, key } = mint(c.env, account);
    found(await accountOf(c.env, account).addKey(key, terms, originOf(c)));
    return c.json({ id: key.id, ...shownTerms(terms), key: text }, 201);
  });

  app.openapi(listKeys, async (c) => {
    const keys = found(await accountOf(c.env, c.req.valid('param').account).keys());
    return c.json({ keys: keys.map(shownKey) }, 200);
  });

  app.openapi(rotateKey, async (c) => {
    const { account, key: old } = c.req.valid('param');
    const { overlapSeconds } = c.req.valid('json');
    const { text, key } = mint(c.env, account);
    const terms = found(await accountOf(c.env, account).rotateKey(old, key, overlapSeconds, originOf(c)));
    return c.json({ id: key.id, ...shownTerms(terms), key: text }, 201);
  });

  app.openapi(revokeKey, async (c) => {
    const { account, key } = c.req.valid('param');
    found(await accountOf(c.env, account).revokeKey(key, originOf(c)));
    return c.body(null, 204);
  });
}
