/** The API as its users feel it: real calls on loopback to `wrangler dev`, with a key, metered. */
import { WranglerDev } from '../../test/faults/wrangler-dev.ts';
import { median, quantile } from './statistics.ts';
import { cellTexts } from './subjects.ts';

const CALLS: Readonly<Record<number, number>> = { 1: 200, 32: 100, 1024: 30 };
/** The whole space in so many calls. */
const SPACE_CALLS = 16;
const SPACE_ROUNDS = 3;

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
  readonly byBatch: Readonly<Record<number, Latency>>;
  /** Seconds from all 15,625 texts of NAS-Bench-201 to their scores. */
  readonly wholeSpace: number;
}

export async function measureOverHttp(): Promise<OverHttp> {
  const server = await WranglerDev.start(['wrangler.toml']);
  try {
    const key = await server.newKey();
    const cells = cellTexts();
    const milliseconds = async (architectures: readonly string[]): Promise<number> => {
      const from = performance.now();
      const answer = await server.post('/v1/score', { format: 'nas-bench-201', architectures }, key);
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${answer.status} ${text}`);
      return performance.now() - from;
    };
    const first = await milliseconds(cells.slice(0, 1));
    const byBatch: Record<number, Latency> = {};
    for (const [size, calls] of Object.entries(CALLS)) {
      const batch = Number(size);
      const sample: number[] = [];
      for (let call = 0; call < calls + 5; call++) {
        const from = (call * batch) % (cells.length - batch);
        const took = await milliseconds(cells.slice(from, from + batch));
        if (call >= 5) sample.push(took);
      }
      const [p50, p95, p99] = [quantile(sample, 0.5), quantile(sample, 0.95), quantile(sample, 0.99)];
      byBatch[batch] = { calls, p50, p95, p99 };
    }
    const size = Math.ceil(cells.length / SPACE_CALLS);
    const rounds: number[] = [];
    for (let round = 0; round < SPACE_ROUNDS; round++) {
      let sum = 0;
      for (let from = 0; from < cells.length; from += size) {
        sum += await milliseconds(cells.slice(from, from + size));
      }
      rounds.push(sum / 1_000);
    }
    return { first, byBatch, wholeSpace: median(rounds) };
  } finally {
    await server.stop();
  }
}
