/** The precomputed vectors of the catalogue's operators: `models/operators*`, written by `npm run embed`. */
import type { OperatorFamily } from './catalogue/operator.ts';
import { COLUMNS, DIMENSIONS, PROJECTION_BYTES, project } from './projection.ts';

/** `models/operators.json`. */
export interface OperatorManifest {
  readonly encoder: {
    readonly name: string;
    /** Of the encoder's checkpoint. */
    readonly sha256: string;
  };
  readonly dimensions: number;
  readonly columns: number;
  /** Share of the catalogue's variance that the columns keep, 0..1. */
  readonly varianceKept: number;
  /** sha256 by file name, of the files that hold the vectors. */
  readonly files: Readonly<Record<string, string>>;
  /** Canonical words by family; read from first to last, they name the rows of the files. */
  readonly operators: Readonly<Partial<Record<OperatorFamily, readonly string[]>>>;
}

/** The artefacts as they lie in `models/`. All numbers are little-endian. */
export interface OperatorArtefacts {
  /** `operators.json` */
  readonly manifest: OperatorManifest;
  /** `operators-384.bin`: float32 scale [rows], then int8 [rows][384]; a vector is its row times its scale. */
  readonly embeddings: ArrayBuffer;
  /** `operators-64.bin`: float32 [rows][64], the projections of those vectors. */
  readonly projections: ArrayBuffer;
  /** `operators-pca.bin`: see `projection.ts`. */
  readonly coefficients: ArrayBuffer;
}

export interface Neighbour {
  /** Canonical words. */
  readonly op: string;
  /** Cosine of the angle between the embeddings, -1..1. */
  readonly cosine: number;
}

function expectBytes(name: string, buffer: ArrayBuffer, expected: number): void {
  if (buffer.byteLength !== expected) {
    throw new Error(`${name}: expected ${expected} bytes, found ${buffer.byteLength}`);
  }
}

export class OperatorTable {
  readonly encoder: OperatorManifest['encoder'];
  /** Canonical words and family of every row. */
  readonly operators: readonly { readonly op: string; readonly family: OperatorFamily }[];
  private readonly rows: ReadonlyMap<string, number>;
  private readonly scales: Float32Array;
  private readonly steps: Int8Array;
  private readonly projections: Float32Array;
  private readonly coefficients: Float32Array;

  /** @throws Error when the files do not belong together */
  constructor({ manifest, embeddings, projections, coefficients }: OperatorArtefacts) {
    this.encoder = manifest.encoder;
    this.operators = Object.entries(manifest.operators).flatMap(([family, words]) =>
      words.map((op) => ({ op, family: family as OperatorFamily })),
    );
    const size = this.operators.length;
    expectBytes('operators-384.bin', embeddings, size * (4 + DIMENSIONS));
    expectBytes('operators-64.bin', projections, size * 4 * COLUMNS);
    expectBytes('operators-pca.bin', coefficients, PROJECTION_BYTES);
    this.rows = new Map(this.operators.map(({ op }, row) => [op, row]));
    this.scales = new Float32Array(embeddings, 0, size);
    this.steps = new Int8Array(embeddings, 4 * size);
    this.projections = new Float32Array(projections);
    this.coefficients = new Float32Array(coefficients);
  }

  get size(): number {
    return this.operators.length;
  }

  /** Whether these exact canonical words have a row. */
  has(op: string): boolean {
    return this.rows.has(op);
  }

  /** The operator's principal components, float32 [64], or `undefined` for words without a row. */
  vector64(op: string): Float32Array | undefined {
    const row = this.rows.get(op);
    return row === undefined ? undefined : this.projections.slice(row * COLUMNS, (row + 1) * COLUMNS);
  }

  /** The operator's sentence embedding, float32 [384], or `undefined` for words without a row. */
  vector384(op: string): Float32Array | undefined {
    const row = this.rows.get(op);
    if (row === undefined) return undefined;
    const scale = this.scales[row] ?? 0;
    return Float32Array.from(
      this.steps.subarray(row * DIMENSIONS, (row + 1) * DIMENSIONS),
      (step) => step * scale,
    );
  }

  /** The principal components, float32 [64], of an embedding [384] of any words. */
  project(embedding: ArrayLike<number>): Float32Array {
    return project(this.coefficients, embedding);
  }

  /** The `count` operators whose embeddings point the way that `embedding` [384] does, nearest first. */
  nearest(embedding: ArrayLike<number>, count: number): Neighbour[] {
    const length = Math.hypot(...Array.from(embedding));
    const neighbours = this.operators.map(({ op }, row) => {
      let [product, square] = [0, 0];
      for (let i = 0; i < DIMENSIONS; i++) {
        const own = this.steps[row * DIMENSIONS + i] ?? 0;
        product += own * (embedding[i] ?? 0);
        square += own * own;
      }
      return { op, cosine: product / (Math.sqrt(square) * length) };
    });
    return neighbours.sort((a, b) => b.cosine - a.cosine).slice(0, count);
  }
}
