/**
 * The sentence transformer that turns operator words into vectors, at build time: all-MiniLM-L6-v2 from the
 * pinned npm package, exported to ONNX once into a cache folder, run by @xenova/transformers.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { env, pipeline } from '@xenova/transformers';
import type { Encode } from '../../src/operators/encoder.ts';
import { configPath, ENCODER, readTokenizer, readWeights } from './checkpoint.ts';
import { miniLmOnnx } from './minilm-onnx.ts';

/** Written last, so that its presence says that the folder is whole and of this version of the export. */
const STAMP = 'export-1.json';

/** Writes the checkpoint's ONNX export and tokenizer into `folder`, unless they are there. */
async function exportEncoder(folder: string): Promise<void> {
  if (existsSync(join(folder, STAMP))) return;
  const weights = await readWeights();
  await mkdir(join(folder, 'onnx'), { recursive: true });
  await writeFile(join(folder, 'onnx/model.onnx'), miniLmOnnx(weights));
  await writeFile(join(folder, 'config.json'), await readFile(configPath));
  await writeFile(join(folder, 'tokenizer.json'), await readTokenizer());
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
