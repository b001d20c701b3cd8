/**
 * The encoder as a service of the Worker under test: the same int8 model, in Node, behind the protocol of
 * `src/encoder-worker.ts` (which itself is tested under `wrangler dev`). A GET tells how many texts it encoded.
 */
import type { Encode } from '../../src/operators/encoder.ts';

let encoded = 0;
let opening: Promise<Encode> | undefined;

async function open(): Promise<Encode> {
  const { buildEncoder, ENCODER_FOLDER } = await import('../../scripts/minilm/encoder-files.ts');
  const { openEncoderIn } = await import('../../src/predictor/lexicon-node.ts');
  await buildEncoder();
  return openEncoderIn(ENCODER_FOLDER);
}

export async function encoderService(request: {
  readonly method: string;
  text(): Promise<string>;
}): Promise<Response> {
  if (request.method === 'GET') return new Response(String(encoded));
  opening ??= open();
  const encode = await opening;
  const text = await request.text();
  encoded += 1;
  return new Response((await encode(text)).slice().buffer);
}
