import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ACCOUNT_ID, mintKey, newAccountId, readKey } from '../../src/accounts/api-key.ts';

const PEPPER = 'pepper';
const ACCOUNT = newAccountId();
const KEY = mintKey(ACCOUNT, PEPPER);

test('a key is read back to its account, its id and its hash', () => {
  const { account, id, hash } = KEY;
  expect(readKey(KEY.text, PEPPER)).toEqual({ account, id, hash });
  expect(account).toBe(ACCOUNT);
  expect(ACCOUNT).toMatch(ACCOUNT_ID);
});

test('a key is made of what scanners for secrets look for', () => {
  expect(KEY.text).toMatch(new RegExp(`^tgk_${ACCOUNT}_[0-9a-f]{10}_[0-9a-f]{64}$`));
});

test('no two keys are alike', () => {
  const keys = Array.from({ length: 100 }, () => mintKey(ACCOUNT, PEPPER).text);
  expect(new Set(keys).size).toBe(100);
});

test('any one wrong character is caught by the checksum alone', () => {
  fc.assert(
    fc.property(fc.nat(KEY.text.length - 1), fc.constantFrom(...'0123456789abcdef'), (at, digit) => {
      fc.pre(KEY.text[at] !== digit);
      const mistyped = KEY.text.slice(0, at) + digit + KEY.text.slice(at + 1);
      expect(readKey(mistyped, PEPPER)).toBe('malformed');
    }),
  );
});

test('whatever text is presented as a key, reading it ends in a verdict', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (text) => {
      expect(readKey(text, PEPPER)).toBe('malformed');
    }),
  );
});

test('a key that another server made has a true checksum and a false seal', () => {
  expect(readKey(mintKey(ACCOUNT, 'another pepper').text, PEPPER)).toBe('foreign');
});

test('what is stored of a key tells neither its secret nor its seal', () => {
  const secret = KEY.text.split('_')[3] ?? '';
  for (let start = 0; start + 8 <= secret.length; start++) {
    expect(KEY.hash).not.toContain(secret.slice(start, start + 8));
  }
});
