/** The encoder of the edge as files: `.cache/encoder`, which the encoder's Worker serves as static assets. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SingleBar } from 'cli-progress';
import { ENCODER_FILES, ENCODER_VERSION } from '../../src/operators/encoder.ts';
import { readTokenizer, readWeights } from './checkpoint.ts';
import { edgeEncoder } from './minilm-onnx.ts';

export const ENCODER_FOLDER: string = join(import.meta.dirname, '../../.cache/encoder');

/** Written last: its presence says that the folder is whole. */
const STAMP = 'version.txt';

async function isBuilt(folder: string): Promise<boolean> {
  const stamp = join(folder, STAMP);
  return existsSync(stamp) && (await readFile(stamp, 'utf8')) === ENCODER_VERSION;
}

/**
 * Writes the encoder's files into `folder` behind a progress bar, unless they are there in this version: some
 * seconds, 23 MB, each file below the 25 MiB that an asset may have.
 *
 * @throws Error when the installed checkpoint is not the pinned one
 */
export async function buildEncoder(folder = ENCODER_FOLDER): Promise<void> {
  if (await isBuilt(folder)) return;
  const bar = new SingleBar({ format: 'encoder [{bar}] {step}', noTTYOutput: true, stream: process.stderr });
  bar.start(4, 0, { step: 'reading the weights' });
  const weights = await readWeights();
  bar.update(1, { step: 'rounding them to int8' });
  const { layers, words } = edgeEncoder(weights);
  bar.update(2, { step: 'writing the files' });
  // Beside the folder first: a build that is cut short must not look like an encoder.
  const draft = `${folder}.${process.pid}`;
  await mkdir(draft, { recursive: true });
  await writeFile(join(draft, ENCODER_FILES.layers), layers);
  await writeFile(join(draft, ENCODER_FILES.words), words);
  await writeFile(join(draft, ENCODER_FILES.tokenizer), await readTokenizer());
  await writeFile(join(draft, STAMP), ENCODER_VERSION);
  bar.update(3);
  await rm(folder, { recursive: true, force: true });
  await rename(draft, folder);
  bar.update(4, { step: 'done' });
  bar.stop();
}
