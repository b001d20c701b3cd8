import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ENCODER_FILES, type Encode, openEncoder } from '../operators/encoder.ts';
import { Lexicon } from '../operators/lexicon.ts';
import { NewWordsRefused } from '../operators/new-words.ts';
import { openOnnx } from './onnx-node.ts';
import { operatorTable } from './operator-table.ts';
import type { Artefacts } from './scorer.ts';

/** This package, seen from `src/predictor` and from `dist/predictor` alike. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url).href);
const ENCODER_FOLDER = join(ROOT, '.cache/encoder');
const BUILDER = join(ROOT, 'scripts/build-encoder.ts');

/**
 * The encoder that the edge runs, from a folder that `npm run encoder` wrote.
 *
 * @throws Error when a file is missing
 */
export async function openEncoderIn(folder: string): Promise<Encode> {
  const read = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, name)));
  return openEncoder({
    model: await openOnnx(read(ENCODER_FILES.layers)),
    words: read(ENCODER_FILES.words),
    tokenizer: JSON.parse(new TextDecoder().decode(read(ENCODER_FILES.tokenizer))),
  });
}

/** Opens the package's encoder; in a checkout it is built first when it is not there, with progress on stderr. */
async function openOwnEncoder(): Promise<Encode> {
  if (!existsSync(ENCODER_FOLDER) && existsSync(BUILDER)) {
    // Through npm, which runs the Node that the checkout brings along.
    const command = 'npm run --silent encoder';
    spawnSync(command, { cwd: ROOT, shell: true, stdio: ['ignore', 'ignore', 'inherit'] });
  }
  if (!existsSync(ENCODER_FOLDER)) {
    const message = `operators that nobody has listed need the encoder, which is not in ${ENCODER_FOLDER}`;
    throw new NewWordsRefused('encoder-unavailable', message);
  }
  return openEncoderIn(ENCODER_FOLDER);
}

/** Words to vectors on this machine, without limits. The encoder is opened by the first unlisted operator. */
export function openLexicon(artefacts: Artefacts): Lexicon {
  let encoder: Promise<Encode> | undefined;
  return new Lexicon(operatorTable(artefacts), async (words) => {
    encoder ??= openOwnEncoder();
    const encode = await encoder;
    const vectors: Float32Array[] = [];
    for (const word of words) vectors.push(await encode(word));
    return vectors;
  });
}
