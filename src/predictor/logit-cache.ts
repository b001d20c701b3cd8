/** What one entry takes besides its key: the numbers and what the engine keeps around them, in characters. */
const ENTRY = 256;
/** Characters that a generation holds: all networks of NAS-Bench-201, and under 20 MB for two of them. */
const GENERATION = 4_000_000;

/**
 * Logits of the networks that were met lately, by canonical key. Bounded: what is met goes into the young
 * generation, and once that is full it becomes the old one, whose entries are dropped unless they are met again.
 */
export class LogitCache {
  private young = new Map<string, Float32Array>();
  private old = new Map<string, Float32Array>();
  private room: number;
  private readonly generation: number;

  /** @param generation characters that it holds, twice */
  constructor(generation = GENERATION) {
    this.generation = generation;
    this.room = generation;
  }

  get(key: string): Float32Array | undefined {
    const young = this.young.get(key);
    if (young !== undefined) return young;
    const old = this.old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, logits: Float32Array): void {
    const size = key.length + ENTRY;
    if (size > this.generation) return;
    if (size > this.room) {
      this.old = this.young;
      this.young = new Map();
      this.room = this.generation;
    }
    this.room -= size;
    this.young.set(key, logits);
  }
}
