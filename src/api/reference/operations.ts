/** What the reference says of each operation beside its shapes. */

import type { Problems } from './problems.ts';
import * as problems from './problems.ts';

export interface OperationNotes {
  readonly tag: string;
  readonly summary: string;
  /** Of its parameters. */
  readonly parameters?: Readonly<Record<string, string | number>>;
  readonly problems: Readonly<Record<number, Problems>>;
}

const ADMINISTRATION = {
  tag: 'Administration',
  problems: { 401: problems.ADMIN, 503: problems.SECRETS, 500: problems.INTERNAL },
} as const;
const OPEN = {
  401: problems.KEY,
  403: problems.SCOPE,
  429: problems.RATE,
  500: problems.INTERNAL,
  503: problems.AWAY,
} as const;
const JSON_BODY = {
  400: problems.NOT_JSON,
  413: problems.TOO_LARGE,
  415: problems.WRONG_TYPE,
} as const;
const ACCOUNT_BODY = { ...JSON_BODY, 422: { ...problems.BODY, ...problems.PLAN } } as const;

const account = { account: '0f3a91c2d7' };
const key = { ...account, key: '46cca40045' };
const search = { id: '3bc30cd510d6264684bd659918f267c9f11f154ca8a5e4c7f2e48e9dd05b65b0' };

/** By method and path, in the order of the reference. */
export const OPERATIONS: Readonly<Record<string, OperationNotes>> = {
  'post /v1/score': {
    tag: 'Scores',
    summary: 'Score architectures',
    parameters: { 'idempotency-key': 'nightly-2026-11-24-0017' },
    problems: {
      ...OPEN,
      ...JSON_BODY,
      400: { ...problems.NOT_JSON, ...problems.NOT_A_FORM },
      409: problems.IDEMPOTENCY,
      422: {
        ...problems.BODY,
        ...problems.IDEMPOTENCY_HEADER,
        ...problems.ANSWER,
        ...problems.NEW_WORDS,
        ...problems.ARCHITECTURE,
      },
      429: { ...problems.RATE, ...problems.QUOTA, ...problems.NEW_WORDS_LIMIT },
      503: { ...problems.AWAY, ...problems.ENCODER_AWAY },
    },
  },
  'get /v1/formats': { tag: 'Scores', summary: 'How architectures are written', problems: OPEN },
  'get /v1/models': { tag: 'Scores', summary: 'The model card', problems: OPEN },
  'get /v1/operators': {
    tag: 'Operators',
    summary: 'Operators that the model knows',
    parameters: { search: 'depthwise', family: 'convolution', limit: 3, offset: 0 },
    problems: { ...OPEN, 422: problems.QUERY },
  },
  'post /v1/operators/embed': {
    tag: 'Operators',
    summary: 'How any words are understood',
    problems: {
      ...OPEN,
      ...JSON_BODY,
      422: { ...problems.BODY, ...problems.OPERATOR, ...problems.NEW_WORDS },
      429: { ...problems.RATE, ...problems.NEW_WORDS_LIMIT },
      503: { ...problems.AWAY, ...problems.ENCODER_AWAY },
    },
  },
  'get /v1/spaces': { tag: 'Searches', summary: 'The built-in spaces', problems: OPEN },
  'get /v1/spaces/{id}': {
    tag: 'Searches',
    summary: 'A space, its choices and its scores',
    parameters: { id: 'nas-bench-201' },
    problems: { ...OPEN, 404: problems.NO_SPACE },
  },
  'post /v1/searches': {
    tag: 'Searches',
    summary: 'Start a search',
    problems: {
      ...OPEN,
      ...JSON_BODY,
      409: problems.IDEMPOTENCY,
      422: {
        ...problems.BODY,
        ...problems.IDEMPOTENCY_HEADER,
        ...problems.SEARCH,
        ...problems.NEW_WORDS,
      },
      429: { ...problems.RATE, ...problems.TOO_MANY_SEARCHES, ...problems.NEW_WORDS_LIMIT },
      503: { ...problems.AWAY, ...problems.ENCODER_AWAY },
    },
  },
  'get /v1/searches': {
    tag: 'Searches',
    summary: "The account's searches",
    parameters: { limit: 20, before: 41 },
    problems: { ...OPEN, 422: problems.QUERY },
  },
  'get /v1/searches/{id}': {
    tag: 'Searches',
    summary: 'How a search stands',
    parameters: search,
    problems: { ...OPEN, 404: problems.NO_SEARCH },
  },
  'get /v1/searches/{id}/events': {
    tag: 'Searches',
    summary: 'Watch a search',
    parameters: { ...search, after: 12, 'last-event-id': '12' },
    problems: { ...OPEN, 404: problems.NO_SEARCH, 422: { ...problems.QUERY, ...problems.EVENT } },
  },
  'get /v1/searches/{id}/best': {
    tag: 'Searches',
    summary: 'The best architecture so far',
    parameters: { ...search, format: 'arch' },
    problems: {
      ...OPEN,
      404: { ...problems.NO_SEARCH, ...problems.NOTHING_FOUND },
      422: { ...problems.QUERY, ...problems.EXPORT },
    },
  },
  'post /v1/searches/{id}/cancel': {
    tag: 'Searches',
    summary: 'Cancel a search',
    parameters: search,
    problems: { ...OPEN, 404: problems.NO_SEARCH },
  },
  'get /v1/usage': {
    tag: 'Usage',
    summary: 'What was charged',
    parameters: { from: '2026-11-01', to: '2026-11-30', group: 'kind', format: 'json' },
    problems: { ...OPEN, 422: problems.QUERY },
  },
  'get /healthz': { tag: 'Usage', summary: 'Whether the server is up', problems: { 500: problems.INTERNAL } },
  'post /v1/admin/accounts': {
    ...ADMINISTRATION,
    summary: 'Open an account',
    problems: { ...ADMINISTRATION.problems, ...ACCOUNT_BODY },
  },
  'get /v1/admin/accounts': {
    ...ADMINISTRATION,
    summary: 'All accounts',
    parameters: { limit: 20, offset: 0 },
    problems: { ...ADMINISTRATION.problems, 422: problems.QUERY },
  },
  'get /v1/admin/accounts/{account}': {
    ...ADMINISTRATION,
    summary: 'An account',
    parameters: account,
    problems: { ...ADMINISTRATION.problems, 404: problems.NO_ACCOUNT },
  },
  'patch /v1/admin/accounts/{account}': {
    ...ADMINISTRATION,
    summary: 'Change an account',
    parameters: account,
    problems: { ...ADMINISTRATION.problems, ...ACCOUNT_BODY, 404: problems.NO_ACCOUNT },
  },
  'get /v1/admin/accounts/{account}/audit': {
    ...ADMINISTRATION,
    summary: 'What was done to an account',
    parameters: account,
    problems: { ...ADMINISTRATION.problems, 404: problems.NO_ACCOUNT },
  },
  'post /v1/admin/accounts/{account}/keys': {
    ...ADMINISTRATION,
    summary: 'Make a key',
    parameters: account,
    problems: { ...ADMINISTRATION.problems, ...JSON_BODY, 404: problems.NO_ACCOUNT, 422: problems.BODY },
  },
  'get /v1/admin/accounts/{account}/keys': {
    ...ADMINISTRATION,
    summary: 'The keys of an account',
    parameters: account,
    problems: { ...ADMINISTRATION.problems, 404: problems.NO_ACCOUNT },
  },
  'post /v1/admin/accounts/{account}/keys/{key}/rotate': {
    ...ADMINISTRATION,
    summary: 'Replace a key',
    parameters: key,
    problems: { ...ADMINISTRATION.problems, ...JSON_BODY, 404: problems.NO_ACCOUNT, 422: problems.BODY },
  },
  'delete /v1/admin/accounts/{account}/keys/{key}': {
    ...ADMINISTRATION,
    summary: 'Revoke a key',
    parameters: key,
    problems: { ...ADMINISTRATION.problems, 404: problems.NO_ACCOUNT },
  },
};
