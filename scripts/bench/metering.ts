/**
 * @file `npm run bench:metering`: what keys and metering cost of a scoring call in workerd, against the same API on
 * an account that says yes without being asked, interleaved in one run.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Table from 'cli-table3';
import { unstable_startWorker } from 'wrangler';
import { median } from './statistics.ts';

const BATCHES = [1, 32, 256, 1_024] as const;
const WAYS = ['open', 'metered', 'idempotent'] as const;
const ROUNDS = 11;
/** Calls in one sample. */
const CALLS = 20;

process.env.CLOUDFLARE_CF_FETCH_ENABLED = 'false';
process.env.WRANGLER_SEND_METRICS = 'false';

const storage = mkdtempSync(join(tmpdir(), 'tgnas-bench-'));
const worker = await unstable_startWorker({
  config: fileURLToPath(new URL('wrangler.metering.toml', import.meta.url).href),
  dev: { logLevel: 'none', watch: false, inspector: false, server: { port: 0 }, persist: storage },
});

/** Milliseconds a call. */
async function milliseconds(way: string, batch: number, times: number): Promise<number> {
  const from = performance.now();
  const response = await worker.fetch(`http://bench/${way}?batch=${batch}&times=${times}`);
  if (!response.ok) throw new Error(`${way}: ${response.status} ${await response.text()}`);
  await response.text();
  return (performance.now() - from) / times;
}

const samples = new Map<string, number[]>();
const keys: number[] = [];
for (let round = 0; round <= ROUNDS; round++) {
  keys.push(await milliseconds('keys', 1, 1_000));
  for (const batch of BATCHES) {
    for (const way of WAYS) {
      const sample = await milliseconds(way, batch, CALLS);
      // The first round warms up.
      if (round > 0) samples.set(`${way} ${batch}`, [...(samples.get(`${way} ${batch}`) ?? []), sample]);
    }
  }
}
await worker.dispose();
rmSync(storage, { recursive: true, force: true });

const time = (way: string, batch: number): number => median(samples.get(`${way} ${batch}`) ?? []);
/** The key is read on the open door too. */
const key = median(keys);
const share = (way: string, batch: number): string => {
  const cost = time(way, batch) - time('open', batch) + key;
  return `${time(way, batch).toFixed(2)} ms, of which ${cost.toFixed(2)} (${((100 * cost) / time(way, batch)).toFixed(0)} %)`;
};
const table = new Table({ head: ['in workerd, a call', ...BATCHES.map((batch) => `batch ${batch}`)] });
table.push(['on an open door', ...BATCHES.map((batch) => `${time('open', batch).toFixed(2)} ms`)]);
table.push(['metered', ...BATCHES.map((batch) => share('metered', batch))]);
table.push(['with an Idempotency-Key', ...BATCHES.map((batch) => share('idempotent', batch))]);
console.log(table.toString());
console.log(`medians of ${ROUNDS} rounds of ${CALLS} calls; in brackets the share of keys and metering`);
process.exit();
