/**
 * The text of an API key: `tgk_<account>_<key id>_<secret><seal><checksum>`, in lower-case hexadecimal digits.
 *
 * - The account is in the text, so that a key is looked up where its account lives and nowhere else.
 * - The checksum (CRC-32, as in the tokens of GitHub) lets secret scanners and whoever mistypes a key tell so
 *   without asking us.
 * - The seal is made with the server's pepper, so that a stranger's key is turned away before its account is
 *   asked, its body read, or anything stored.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

const PREFIX = 'tgk';
const ACCOUNT_BYTES = 10;
const ID_BYTES = 5;
const SECRET_BYTES = 20;
const SEAL_DIGITS = 16;

const SHAPE = /^(tgk_([0-9a-f]{20})_([0-9a-f]{10})_[0-9a-f]{40})([0-9a-f]{16})([0-9a-f]{8})$/;

/** A key as its account is asked about it. The text itself stays at the door. */
export interface PresentedKey {
  readonly account: string;
  /** The id of the key within its account. */
  readonly id: string;
  /** HMAC-SHA-256 of the text under the pepper, in hexadecimal digits: what is stored of a key. */
  readonly hash: string;
}

export interface MintedKey extends PresentedKey {
  /** Shown once. */
  readonly text: string;
}

const digits = (bytes: number): string => randomBytes(bytes).toString('hex');

/** An account's id: 80 random bits, so that nobody guesses one. */
export const newAccountId = (): string => digits(ACCOUNT_BYTES);

export const ACCOUNT_ID = /^[0-9a-f]{20}$/;

// What each HMAC is for stands in front of the text, so that a seal tells nothing of a hash.
const authenticate = (purpose: 'seal' | 'hash', text: string, pepper: string): string =>
  createHmac('sha256', pepper).update(`${purpose}:${text}`).digest('hex');

const sealOf = (text: string, pepper: string): string =>
  authenticate('seal', text, pepper).slice(0, SEAL_DIGITS);

const checksumOf = (text: string): string => crc32(text).toString(16).padStart(8, '0');

/** Whether two texts are the same, in a time that does not tell how much of them is. */
export function sameSecret(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Makes a new key of an account. */
export function mintKey(account: string, pepper: string): MintedKey {
  const id = digits(ID_BYTES);
  const body = `${PREFIX}_${account}_${id}_${digits(SECRET_BYTES)}`;
  const sealed = body + sealOf(body, pepper);
  const text = sealed + checksumOf(sealed);
  return { account, id, text, hash: authenticate('hash', text, pepper) };
}

/**
 * Reads what a caller presents as a key. Asks nobody.
 *
 * @returns `malformed` for a text that no key has, a mistyped key above all; `foreign` for one that this server
 * never made
 */
export function readKey(presented: string, pepper: string): PresentedKey | 'malformed' | 'foreign' {
  const [, body, account, id, seal, checksum] = SHAPE.exec(presented) ?? [];
  if (body === undefined || account === undefined || id === undefined || seal === undefined) {
    return 'malformed';
  }
  if (checksum !== checksumOf(body + seal)) return 'malformed';
  if (!sameSecret(seal, sealOf(body, pepper))) return 'foreign';
  return { account, id, hash: authenticate('hash', presented, pepper) };
}
