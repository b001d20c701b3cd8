/**
 * The growing table: a Durable Object that keeps every vector that the encoder ever computed, for all isolates.
 * One object an encoder version, by its name, so that vectors of two encoders never meet.
 */
import { DurableObject } from 'cloudflare:workers';
import { ENCODER_VERSION } from './encoder.ts';
import { type Allowance, type EmbedNewWords, NewWordsRefused, type RefusalReason } from './new-words.ts';
import { DIMENSIONS } from './projection.ts';

export interface MemoryBindings {
  /** The Worker of `wrangler.encoder.toml`. */
  readonly ENCODER?: Fetcher;
  /** Vectors kept at most; the longest unused give way. */
  readonly OPERATOR_MEMORY_ROWS: number;
}

/** Errors lose their class between Workers, so a refusal travels as an answer. */
export type Recollection =
  | { readonly vectors: readonly Float32Array[] }
  | { readonly refused: RefusalReason; readonly message: string; readonly retryAfter?: number };

const DAY_SECONDS = 86_400;
const ENCODER_PATIENCE_MS = 20_000;
/** An isolate that has just failed to open the encoder needs a moment before it is worth another try. */
const ENCODER_RETRY_SECONDS = 10;

const dayOf = (milliseconds: number): number => Math.floor(milliseconds / 1_000 / DAY_SECONDS);

export class OperatorMemory extends DurableObject<MemoryBindings> {
  /** Words that the encoder is at work on: whoever asks for them meanwhile waits for the same answer. */
  private readonly underway = new Map<string, Promise<Float32Array>>();
  private readonly sql: SqlStorage;

  constructor(state: DurableObjectState, bindings: MemoryBindings) {
    super(state, bindings);
    this.sql = state.storage.sql;
    this.sql.exec(`
      CREATE TABLE IF NOT EXISTS vectors (words TEXT PRIMARY KEY, vector BLOB NOT NULL, used INTEGER NOT NULL);
      CREATE INDEX IF NOT EXISTS vectors_by_use ON vectors (used);
      CREATE TABLE IF NOT EXISTS allowances (
        account TEXT, day INTEGER, words INTEGER NOT NULL, PRIMARY KEY (account, day)
      );
    `);
  }

  /** Vectors of canonical words, each different: kept ones, and those that the encoder makes now. */
  async recall(
    words: readonly string[],
    account: string,
    { perCall, perDay }: Allowance,
  ): Promise<Recollection> {
    const now = Date.now();
    const day = dayOf(now);
    const kept = new Map(words.map((each) => [each, this.kept(each, day)]));
    const fresh = words.filter((each) => kept.get(each) === undefined && !this.underway.has(each));
    if (fresh.length > perCall) {
      const message = `at most ${perCall} operators that were never seen before in a call, got ${fresh.length}`;
      return { refused: 'too-many-new-words', message };
    }
    if (fresh.length > 0 && this.spent(account, day) + fresh.length > perDay) {
      const message = `at most ${perDay} operators that were never seen before in a day`;
      return {
        refused: 'daily-limit',
        message,
        retryAfter: (day + 1) * DAY_SECONDS - Math.floor(now / 1_000),
      };
    }
    this.spend(account, day, fresh.length);
    for (const each of fresh) this.underway.set(each, this.learn(each, account, day));
    const settled = await Promise.allSettled(words.map((each) => kept.get(each) ?? this.underway.get(each)));
    const vectors = settled.flatMap((each) => (each.status === 'fulfilled' ? (each.value ?? []) : []));
    if (vectors.length === words.length) return { vectors };
    const message = 'the encoder of new operators does not answer; known operators are still scored';
    return { refused: 'encoder-unavailable', message, retryAfter: ENCODER_RETRY_SECONDS };
  }

  private kept(words: string, day: number): Float32Array | undefined {
    const [row] = this.sql
      .exec<{ vector: ArrayBuffer; used: number }>('SELECT vector, used FROM vectors WHERE words = ?', words)
      .toArray();
    if (row === undefined) return undefined;
    if (row.used !== day) this.sql.exec('UPDATE vectors SET used = ? WHERE words = ?', day, words);
    return new Float32Array(row.vector);
  }

  private async learn(words: string, account: string, day: number): Promise<Float32Array> {
    try {
      const vector = await this.encode(words);
      this.sql.exec('INSERT INTO vectors (words, vector, used) VALUES (?, ?, ?)', words, vector.buffer, day);
      this.makeRoom();
      return vector;
    } catch (error) {
      console.error(error);
      this.spend(account, day, -1);
      throw error;
    } finally {
      this.underway.delete(words);
    }
  }

  private async encode(words: string): Promise<Float32Array<ArrayBuffer>> {
    const { ENCODER } = this.env;
    if (ENCODER === undefined) throw new Error('no encoder is bound to this Worker');
    const signal = AbortSignal.timeout(ENCODER_PATIENCE_MS);
    const answer = await ENCODER.fetch('https://encoder/', { method: 'POST', body: words, signal });
    if (!answer.ok) throw new Error(`the encoder answers ${answer.status}`);
    const vector = new Float32Array(await answer.arrayBuffer());
    if (vector.length !== DIMENSIONS) {
      throw new Error(`the encoder gave ${vector.length} numbers, expected ${DIMENSIONS}`);
    }
    return vector;
  }

  private makeRoom(): void {
    const { count } = this.sql.exec<{ count: number }>('SELECT count(*) AS count FROM vectors').one();
    const excess = count - this.env.OPERATOR_MEMORY_ROWS;
    if (excess <= 0) return;
    this.sql.exec(
      'DELETE FROM vectors WHERE words IN (SELECT words FROM vectors ORDER BY used, rowid LIMIT ?)',
      excess,
    );
  }

  private spent(account: string, day: number): number {
    const [row] = this.sql
      .exec<{ words: number }>('SELECT words FROM allowances WHERE account = ? AND day = ?', account, day)
      .toArray();
    return row?.words ?? 0;
  }

  private spend(account: string, day: number, words: number): void {
    if (words === 0) return;
    this.sql.exec('DELETE FROM allowances WHERE day < ?', day);
    this.sql.exec(
      `INSERT INTO allowances (account, day, words) VALUES (?, ?, ?)
       ON CONFLICT (account, day) DO UPDATE SET words = words + excluded.words`,
      account,
      day,
      words,
    );
  }
}

/** New words by way of the memory that all isolates share. */
export function throughMemory(
  memories: DurableObjectNamespace<OperatorMemory>,
  allowance: Allowance,
): EmbedNewWords {
  return async function embedNewWords(words, account) {
    const memory = memories.get(memories.idFromName(ENCODER_VERSION));
    const answer = await memory.recall(words, account, allowance);
    if ('vectors' in answer) return answer.vectors;
    throw new NewWordsRefused(answer.refused, answer.message, answer.retryAfter);
  };
}
