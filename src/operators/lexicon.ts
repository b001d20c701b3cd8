import type { EmbedNewWords } from './new-words.ts';
import type { Neighbour, OperatorTable } from './table.ts';

/** What canonical words mean to the predictor. */
export interface Meaning {
  /** Whether the vector was precomputed, or made by the encoder when the words were first seen. */
  readonly source: 'table' | 'live';
  /** float32 [384], of length 1. */
  readonly embedding: Float32Array;
  /** The principal components, float32 [64]: what the predictor reads. */
  readonly vector: Float32Array;
  /** The nearest operators of the table, nearest first. */
  readonly nearest: readonly Neighbour[];
}

/** Below this cosine to the nearest known operator, nothing that the model has seen is much like the words. */
export const FAR = 0.5;

const NEIGHBOURS = 3;

/** Meanings kept by one isolate: some 2 kB each. */
const REMEMBERED = 2_048;

/** Words to meanings: from the table where it has them, from the encoder otherwise. */
export class Lexicon {
  readonly table: OperatorTable;
  private readonly embedNewWords: EmbedNewWords;
  /** The least recently used first. */
  private readonly remembered = new Map<string, Meaning>();

  constructor(table: OperatorTable, embedNewWords: EmbedNewWords) {
    this.table = table;
    this.embedNewWords = embedNewWords;
  }

  /**
   * The meanings of canonical words (as `describe` gives them), by word.
   *
   * @param account who pays for words that nobody asked for before
   * @throws NewWordsRefused when the encoder is needed and does not answer, or an allowance is used up
   */
  async lookUp(words: Iterable<string>, account: string): Promise<ReadonlyMap<string, Meaning>> {
    const meanings = new Map<string, Meaning>();
    const missing: string[] = [];
    for (const word of new Set(words)) {
      const known = this.recall(word);
      if (known === undefined) missing.push(word);
      else meanings.set(word, known);
    }
    if (missing.length === 0) return meanings;
    const embeddings = await this.embedNewWords(missing, account);
    missing.forEach((word, i) => {
      const embedding = embeddings[i];
      if (embedding !== undefined) meanings.set(word, this.remember(word, 'live', embedding));
    });
    return meanings;
  }

  private recall(word: string): Meaning | undefined {
    const known = this.remembered.get(word);
    if (known !== undefined) {
      this.remembered.delete(word);
      this.remembered.set(word, known);
      return known;
    }
    const embedding = this.table.vector384(word);
    return embedding && this.remember(word, 'table', embedding);
  }

  private remember(word: string, source: Meaning['source'], embedding: Float32Array): Meaning {
    const vector = this.table.vector64(word) ?? this.table.project(embedding);
    const nearest = this.table.nearest(embedding, NEIGHBOURS);
    const meaning: Meaning = { source, embedding, vector, nearest };
    if (this.remembered.size >= REMEMBERED) {
      const [oldest] = this.remembered.keys();
      if (oldest !== undefined) this.remembered.delete(oldest);
    }
    this.remembered.set(word, meaning);
    return meaning;
  }
}
