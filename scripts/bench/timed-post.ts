import type { WranglerDev } from '../../test/faults/wrangler-dev.ts';

/**
 * Milliseconds until an answer is read to its end.
 *
 * @throws Error with what was answered, unless it was a success
 */
export async function timedPost(
  server: WranglerDev,
  path: string,
  body: object,
  key: string,
): Promise<number> {
  const from = performance.now();
  const answer = await server.post(path, body, key);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status} ${text}`);
  return performance.now() - from;
}
