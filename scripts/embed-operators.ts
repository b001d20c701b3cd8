/**
 * `npm run embed`: the vectors of the operators in `src/operators/catalogue.ts`, from all-MiniLM-L6-v2, into
 * `models/operators*`, and those of other wordings of the benchmarks' operators into `models/wordings*`. The
 * layouts are told in `src/operators/table.ts` and `src/operators/kin.ts`. The same encoder on the same machine
 * gives the same bytes; another processor may differ in an embedding's last bits.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SingleBar } from 'cli-progress';
import { Command } from 'commander';
import { PCA } from 'ml-pca';
import { CATALOGUE, type Operator } from '../src/operators/catalogue.ts';
import { COLUMNS, DIMENSIONS, project } from '../src/operators/projection.ts';
import type { OperatorManifest } from '../src/operators/table.ts';
import { quantizeVector } from '../src/predictor/encode.ts';
import { ENCODER } from './minilm/checkpoint.ts';
import { openEncoder } from './minilm/encoder.ts';
import { allWordings, wordingManifest } from './train/wordings.ts';

/** Vectors as one int8 row each and the scale that undoes the rounding, float32 first. */
interface QuantizedRows {
  readonly bytes: Uint8Array;
  /** What a reader of the bytes gets back. */
  readonly vectors: readonly Float32Array[];
}

/** Rounds each vector to int8 at its own scale: cosine to the original is above 0.9999. */
function quantizeRows(vectors: readonly Float32Array[]): QuantizedRows {
  const scales = Float32Array.from(vectors, (vector) => Math.max(...vector.map(Math.abs)) / 127);
  const steps = vectors.map((vector, row) =>
    Int8Array.from(vector, (x) => Math.round(x / (scales[row] ?? 1))),
  );
  return {
    bytes: joined([scales, ...steps]),
    vectors: steps.map((row, i) => Float32Array.from(row, (step) => step * (scales[i] ?? 0))),
  };
}

function joined(arrays: readonly (Float32Array | Int8Array)[]): Uint8Array {
  return Buffer.concat(arrays.map((a) => Buffer.from(a.buffer, a.byteOffset, a.byteLength)));
}

/** Principal components with their sign fixed: the entry of largest size in each is positive. */
function principalComponents(vectors: readonly Float32Array[]): { coefficients: Float32Array; kept: number } {
  const pca = new PCA(vectors.map((vector) => [...vector]));
  const loadings = pca.getLoadings().to2DArray().slice(0, COLUMNS);
  const coefficients = new Float32Array((1 + COLUMNS) * DIMENSIONS);
  for (let i = 0; i < DIMENSIONS; i++) {
    coefficients[i] = vectors.reduce((sum, vector) => sum + (vector[i] ?? 0), 0) / vectors.length;
  }
  loadings.forEach((loading, column) => {
    const largest = loading.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
    coefficients.set(
      loading.map((x) => x * Math.sign(largest)),
      (1 + column) * DIMENSIONS,
    );
  });
  const kept = pca.getCumulativeVariance()[COLUMNS - 1] ?? Number.NaN;
  return { coefficients, kept };
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Encodes texts one after another behind a progress bar. */
async function encodeAll(title: string, texts: readonly string[], cache: string): Promise<Float32Array[]> {
  const encode = await openEncoder(cache);
  const bar = new SingleBar({ format: `${title} [{bar}] {value}/{total}`, noTTYOutput: false });
  bar.start(texts.length, 0);
  const vectors: Float32Array[] = [];
  for (const text of texts) {
    vectors.push(await encode(text));
    bar.update(vectors.length);
  }
  bar.stop();
  return vectors;
}

async function write(folder: string, name: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), bytes);
  console.log(`${join(folder, name)}  ${bytes.length} bytes`);
}

/** The shipped table: canonical words only. */
async function embedTable(folder: string, cache: string): Promise<void> {
  const { bytes: embeddings, vectors } = quantizeRows(
    await encodeAll(
      'operators',
      CATALOGUE.map(({ description }) => description),
      cache,
    ),
  );
  // Fitted to what the table gives back, so that a row of 64 is the projection of its row of 384 to the bit.
  const { coefficients, kept } = principalComponents(vectors);
  const files = {
    'operators-384.bin': embeddings,
    'operators-64.bin': joined(vectors.map((vector) => project(coefficients, vector))),
    'operators-pca.bin': joined([coefficients]),
  };
  const families = new Map<string, string[]>();
  for (const { family, description } of CATALOGUE) {
    families.set(family, [...(families.get(family) ?? []), description]);
  }
  const manifest: OperatorManifest = {
    encoder: { name: ENCODER.name, sha256: ENCODER.sha256 },
    dimensions: DIMENSIONS,
    columns: COLUMNS,
    varianceKept: Number(kept.toFixed(4)),
    files: Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, sha256(bytes)])),
    operators: Object.fromEntries(families),
  };
  for (const [name, bytes] of Object.entries(files)) await write(folder, name, bytes);
  await write(folder, 'operators.json', `${JSON.stringify(manifest, null, 1)}\n`);
  console.log(
    `${CATALOGUE.length} operators; ${COLUMNS} components keep ${(100 * kept).toFixed(1)}% of the variance`,
  );
}

/** Other wordings of the benchmarks' operators, projected on the components of the table in `folder`. */
async function embedWordings(folder: string, cache: string): Promise<void> {
  const bytes = await readFile(join(folder, 'operators-pca.bin'));
  const coefficients = new Float32Array(Uint8Array.from(bytes).buffer);
  const vectors = await encodeAll('wordings', allWordings(), cache);
  const rows = vectors.map((vector) => quantizeVector(project(coefficients, vector)));
  await write(folder, 'wordings-64.bin', joined(rows));
  await write(folder, 'wordings.json', `${JSON.stringify(wordingManifest(), null, 1)}\n`);
}

/**
 * Vectors of the short, medium and long descriptions, to compare them in training: `LENGTH-384.bin`, float32
 * [rows][384], and `LENGTH-64.bin`, float32 [rows][64] projected on components of their own, in the order of
 * the catalogue, which `operators.json` lists.
 */
async function embedAblation(cache: string): Promise<void> {
  const folder = join(cache, 'ablation');
  const lengths: Record<string, (operator: Operator) => string> = {
    short: ({ description }) => description,
    medium: ({ medium }) => medium,
    long: ({ long }) => long,
  };
  for (const [length, describe] of Object.entries(lengths)) {
    const vectors = await encodeAll(`${length} descriptions`, CATALOGUE.map(describe), cache);
    const { coefficients } = principalComponents(vectors);
    await write(folder, `${length}-384.bin`, joined(vectors));
    await write(folder, `${length}-64.bin`, joined(vectors.map((vector) => project(coefficients, vector))));
  }
  await write(folder, 'operators.json', JSON.stringify(CATALOGUE, null, 1));
}

const program = new Command('embed-operators')
  .description('Writes the vectors of the known operators into models/, with all-MiniLM-L6-v2.')
  .option('--out <folder>', 'where the table goes', 'models')
  .option('--cache <folder>', 'where the exported encoder is kept (90 MB, made when missing)', '.cache')
  .option(
    '--ablation',
    'write vectors of the short, medium and long descriptions into CACHE/ablation instead',
  )
  .option('--wordings', 'leave the table as it is and write only the other wordings')
  .parse();

const { out, cache, ablation, wordings } = program.opts<{
  out: string;
  cache: string;
  ablation?: boolean;
  wordings?: boolean;
}>();
if (ablation) {
  await embedAblation(cache);
} else {
  if (!wordings) await embedTable(out, cache);
  await embedWordings(out, cache);
}
