/** The API as its users feel it: real calls on loopback to `wrangler dev`, with a key, metered. */
import { WranglerDev } from '../../test/faults/wrangler-dev.ts';
import { median, quantile } from './statistics.ts';
import { cellTexts, sampledTexts } from './subjects.ts';
import { timedPost } from './timed-post.ts';

const CALLS: Readonly<Record<number, number>> = { 1: 200, 32: 100, 1024: 30 };
/** The whole space in so many calls. */
const SPACE_CALLS = 16;
const SPACE_ROUNDS = 3;
/** Calls before those that count, of each size. */
const WARMING = 5;

export interface Latency {
  readonly calls: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export interface OverHttp {
  /** Milliseconds of the first score of a Worker that is up and has scored nothing. */
  readonly first: number;
  /** Of cells of NAS-Bench-101 that were never met before. */
  readonly byBatch: Readonly<Record<number, Latency>>;
  /** Seconds from all 15,625 texts of NAS-Bench-201 to their scores, none of them met before. */
  readonly wholeSpace: number;
  /** The same once the Worker has met them. */
  readonly wholeSpaceAgain: number;
}

export async function measureOverHttp(): Promise<OverHttp> {
  const server = await WranglerDev.start(['wrangler.toml']);
  try {
    const key = await server.newKey();
    const milliseconds = (format: string, architectures: readonly string[]): Promise<number> =>
      timedPost(server, '/v1/score', { format, architectures }, key);
    const cells = cellTexts();
    const first = await milliseconds('nas-bench-201', cells.slice(0, 1));
    const wanted = Object.entries(CALLS).map(([batch, calls]) => ({ batch: Number(batch), calls }));
    const fresh = sampledTexts(wanted.reduce((sum, { batch, calls }) => sum + batch * (calls + WARMING), 0));
    const byBatch: Record<number, Latency> = {};
    let met = 0;
    for (const { batch, calls } of wanted) {
      const sample: number[] = [];
      for (let call = 0; call < calls + WARMING; call++) {
        const took = await milliseconds('nas-bench-101', fresh.slice(met, met + batch));
        met += batch;
        if (call >= WARMING) sample.push(took);
      }
      const [p50, p95, p99] = [quantile(sample, 0.5), quantile(sample, 0.95), quantile(sample, 0.99)];
      byBatch[batch] = { calls, p50, p95, p99 };
    }
    const size = Math.ceil(cells.length / SPACE_CALLS);
    const space = async (): Promise<number> => {
      let sum = 0;
      for (let from = 0; from < cells.length; from += size) {
        sum += await milliseconds('nas-bench-201', cells.slice(from, from + size));
      }
      return sum / 1_000;
    };
    const wholeSpace = await space();
    const again: number[] = [];
    for (let round = 0; round < SPACE_ROUNDS; round++) again.push(await space());
    return { first, byBatch, wholeSpace, wholeSpaceAgain: median(again) };
  } finally {
    await server.stop();
  }
}
