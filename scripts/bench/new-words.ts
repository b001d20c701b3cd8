/** Operators that nobody has listed, over HTTP: the first sight of a word, and every later one. */
import { WranglerDev } from '../../test/faults/wrangler-dev.ts';
import { buildEncoder } from '../minilm/encoder-files.ts';
import { median } from './statistics.ts';
import { timedPost } from './timed-post.ts';

const WORDS = Array.from({ length: 30 }, (_, i) => `octave convolution, ratio 1 to ${i + 2}`);

/** Milliseconds, of calls that name one word each. */
export interface NewWords {
  /** The first word of all, for which the encoder is loaded. */
  readonly encoderStarts: number;
  readonly firstSight: number;
  readonly laterSight: number;
}

export async function measureNewWords(): Promise<NewWords> {
  await buildEncoder();
  const server = await WranglerDev.start(['wrangler.toml', 'wrangler.encoder.toml']);
  try {
    const key = await server.newKey();
    const milliseconds = (word: string): Promise<number> =>
      timedPost(server, '/v1/operators/embed', { operators: [word] }, key);
    // Accounts and the table are there before words are timed.
    await milliseconds('convolution 3 by 3');
    const [first = '', ...others] = WORDS;
    const encoderStarts = await milliseconds(first);
    const [fresh, again]: [number[], number[]] = [[], []];
    for (const word of others) {
      fresh.push(await milliseconds(word));
      again.push(await milliseconds(word));
    }
    return { encoderStarts, firstSight: median(fresh), laterSight: median(again) };
  } finally {
    await server.stop();
  }
}
