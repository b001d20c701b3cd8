/**
 * The second Worker: the sentence transformer alone, so that its tens of megabytes never weigh on the isolate
 * that scores. Nobody but the first Worker calls it, over a service binding: a POST of the words is answered
 * with their vector, float32 little-endian [384].
 */
import { ENCODER_FILES, type Encode, openEncoder } from './operators/encoder.ts';
import { openOnnx } from './predictor/onnx-worker.ts';

interface Bindings {
  /** The folder that `npm run encoder` writes. */
  readonly ASSETS: Fetcher;
}

/** Longest body: 256 characters of at most four bytes. */
const MAX_BODY_BYTES = 1_024;

async function asset(assets: Fetcher, name: string): Promise<Response> {
  const answer = await assets.fetch(`https://assets/${name}`);
  if (!answer.ok) throw new Error(`${name}: the encoder's files answer ${answer.status}`);
  return answer;
}

async function open(assets: Fetcher): Promise<Encode> {
  const bytes = async (name: string) => new Uint8Array(await (await asset(assets, name)).arrayBuffer());
  const tokenizer = await (await asset(assets, ENCODER_FILES.tokenizer)).json<object>();
  const words = await bytes(ENCODER_FILES.words);
  return openEncoder({ model: await openOnnx(await bytes(ENCODER_FILES.layers)), words, tokenizer });
}

let opening: Promise<Encode> | undefined;

/** One encoder an isolate, opened by the first word; a failure is tried again by the next. */
function encoder(assets: Fetcher): Promise<Encode> {
  opening ??= open(assets).catch((error: unknown) => {
    opening = undefined;
    throw error;
  });
  return opening;
}

export default {
  async fetch(request, { ASSETS }, context) {
    if (request.method !== 'POST') return new Response('POST the words', { status: 405 });
    const text = await request.text();
    if (text === '' || text.length > MAX_BODY_BYTES)
      return new Response('1 to 256 characters', { status: 422 });
    const opened = encoder(ASSETS);
    // Other calls wait for the same opening: it goes on when the one that began it is cut off.
    context.waitUntil(opened.catch(() => undefined));
    try {
      return new Response(await (await opened)(text));
    } catch (error) {
      console.error(error);
      return new Response('the encoder does not work', { status: 503 });
    }
  },
} satisfies ExportedHandler<Bindings>;
