import { Account } from '../../src/accounts/account.ts';
import { mintKey, newAccountId } from '../../src/accounts/api-key.ts';
import { SCOPES, type Scope } from '../../src/accounts/keyring.ts';
import type { Plan } from '../../src/accounts/plans.ts';
import type { AccountDoor } from '../../src/api/access.ts';
import { sqlite } from './sqlite.ts';

export const PEPPER = 'pepper of the tests';

export const UNLIMITED: Plan = { overage: false, requestsPerSecond: 1e6, burst: 1e6, searches: 16 };

/** An account on SQLite in this process, and a way to give it keys. */
export function localAccount(plan: Plan = UNLIMITED, clock: () => number = Date.now) {
  const id = newAccountId();
  const database = sqlite();
  const plans = { plan };
  const account = Account.create(database, plans, clock, { id, name: 'test', plan: 'plan' }, 'test');
  return {
    id,
    database,
    account,
    /** The same account after its process has died: what it kept in memory is gone. */
    restarted(): Account {
      const again = Account.open(database, plans, clock);
      if (again === undefined) throw new Error('the account is gone');
      return again;
    },
    /** A new key's text, id and hash. */
    key(scopes: readonly Scope[] = SCOPES, expires?: number) {
      const key = mintKey(id, PEPPER);
      const terms = { name: 'of the tests', scopes, ...(expires === undefined ? {} : { expires }) };
      account.addKey(key, terms, 'test');
      return key;
    },
  };
}

/** An account as the API asks it. */
export const doorTo = (account: Account): AccountDoor => ({
  admit: async (...asked) => account.admit(...asked),
  begin: async (...asked) => account.begin(...asked),
  commit: async (...asked) => account.commit(...asked),
  release: async (...asked) => account.release(...asked),
  usage: async (...asked) => account.usage(...asked),
});
