/** The API key of this visit: kept for the tab alone. */

const NAME = 'tgnas-key';

/**
 * Takes the key out of the address: `#key=tgk_...`, as `npm start` prints it. What stands after `#` is sent to no
 * server, and it is gone from the address and the history at once.
 */
export function takeKeyFromAddress(): void {
  const { pathname, search, hash } = location;
  const key = new URLSearchParams(hash.slice(1)).get('key');
  if (key === null) return;
  writeKey(key);
  history.replaceState(null, '', `${pathname}${search}`);
}

export const readKey = (): string | null => sessionStorage.getItem(NAME);

export function writeKey(key: string | null): void {
  const trimmed = key?.trim() ?? '';
  if (trimmed === '') sessionStorage.removeItem(NAME);
  else sessionStorage.setItem(NAME, trimmed);
}
