import ipaddr from 'ipaddr.js';
import { SearchError } from '../search-error.ts';

/** Longest address. */
const MAX_LENGTH = 2_048;
/** Names that resolve within a machine or a local network (RFC 6761, RFC 6762, RFC 8375, ICANN's .internal). */
const LOCAL_NAME = /(^|\.)(localhost|local|internal|intranet|lan|home|home\.arpa|test|invalid|onion)$/;

function refuse(message: string): never {
  throw new SearchError('webhook-address', message, '/webhook');
}

/**
 * Checks where a webhook leads: over https to a host of the public Internet. Names are judged as written; on
 * Cloudflare a Worker's requests never reach private networks, whatever a name resolves to.
 *
 * @param anywhere lets any http address through: for trying webhooks out on one machine
 * @throws SearchError `webhook-address`
 */
export function webhookAddress(text: string, anywhere: boolean): URL {
  const url = text.length <= MAX_LENGTH && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return refuse(`expected an https address of at most ${MAX_LENGTH} characters`);
  if (anywhere && /^https?:$/.test(url.protocol)) return url;
  if (url.protocol !== 'https:') refuse(`expected an https address, got ${url.protocol}`);
  if (url.username !== '' || url.password !== '')
    refuse('an address with a user name or a password is refused');
  // The parser has made dotted quads of all ways of writing an IPv4 address.
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (ipaddr.isValid(host)) {
    // `process` looks into IPv6 addresses that stand for IPv4 ones.
    const range = ipaddr.process(host).range();
    if (range !== 'unicast') refuse(`expected a public address, got a ${range} one`);
  } else if (!host.includes('.') || LOCAL_NAME.test(host)) {
    refuse(`expected a host of the public Internet, got ${host}`);
  }
  return url;
}
