/**
 * The sentence transformer at the edge: all-MiniLM-L6-v2 with int8 weights and its whole vocabulary, for words
 * that the operator table lacks. `scripts/minilm` writes its files.
 */
import { Tokenizer } from '@huggingface/tokenizers';
import { DIMENSIONS } from './projection.ts';

/** Of the files below: what vectors of different versions are kept apart by. */
export const ENCODER_VERSION = 'all-MiniLM-L6-v2-int8-1';

/** The files of the encoder, in the folder that Workers Static Assets serve. */
export const ENCODER_FILES = {
  /** ONNX: `words` float32 [1, tokens, 384] -> `embedding` float32 [1, 384]. */
  layers: 'layers.onnx',
  /** float32 scale [vocabulary], then int8 [vocabulary][384]. */
  words: 'words.bin',
  /** WordPiece, in the format of the tokenizers library. */
  tokenizer: 'tokenizer.json',
} as const;

/** The transformer's layers as an ONNX session runs them. */
export interface SentenceModel {
  run(feeds: {
    words: { type: 'float32'; dims: readonly number[]; data: Float32Array };
  }): Promise<Readonly<Record<string, { readonly data: ArrayLike<number> }>>>;
}

export interface EncoderParts {
  readonly model: SentenceModel;
  /** Contents of `words.bin`, at an offset that is a multiple of four. */
  readonly words: Uint8Array;
  /** Contents of `tokenizer.json`. */
  readonly tokenizer: object;
}

/** Turns one text into its vector, float32 [384], of length 1. The same text gives the same bits. */
export type Encode = (text: string) => Promise<Float32Array>;

/** Token ids of a text between `[CLS]` and `[SEP]`, lower-cased WordPiece over the whole vocabulary. */
export function openTokenizer(tokenizer: object): (text: string) => readonly number[] {
  const wordPiece = new Tokenizer(tokenizer, { tokenizer_class: 'BertTokenizer', do_lower_case: true });
  return (text) => wordPiece.encode(text).ids;
}

/** @throws Error when the files do not belong together */
export function openEncoder({ model, words, tokenizer }: EncoderParts): Encode {
  const tokensOf = openTokenizer(tokenizer);
  const size = words.byteLength / (4 + DIMENSIONS);
  if (!Number.isInteger(size)) {
    throw new Error(`${ENCODER_FILES.words}: ${words.byteLength} bytes are no whole number of rows`);
  }
  const scales = new Float32Array(words.buffer, words.byteOffset, size);
  const steps = new Int8Array(words.buffer, words.byteOffset + 4 * size, size * DIMENSIONS);
  return async function encode(text) {
    const tokens = tokensOf(text);
    const data = new Float32Array(tokens.length * DIMENSIONS);
    tokens.forEach((token, position) => {
      const scale = scales[token] ?? 0;
      for (let i = 0; i < DIMENSIONS; i++) {
        data[position * DIMENSIONS + i] = (steps[token * DIMENSIONS + i] ?? 0) * scale;
      }
    });
    const { embedding } = await model.run({
      words: { type: 'float32', dims: [1, tokens.length, DIMENSIONS], data },
    });
    if (embedding?.data.length !== DIMENSIONS) {
      throw new Error(`the encoder gave ${embedding?.data.length ?? 0} numbers, expected ${DIMENSIONS}`);
    }
    return Float32Array.from(embedding.data);
  };
}
