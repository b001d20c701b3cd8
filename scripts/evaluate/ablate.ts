/**
 * @file `npm run ablate`: what each part of the model is worth. Small networks are trained on NAS-Bench-101's labels
 * and judged on its held-out rows and, never having seen it, on NAS-Bench-201: one part changed at a time.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { INPUT } from '../../src/graph/operator-graph.ts';
import { readArtefacts } from '../../src/predictor/artefacts-node.ts';
import {
  NODE_FEATURES,
  quantizeVector,
  STRUCTURE_FEATURES,
  VECTOR_SIZE,
} from '../../src/predictor/encode.ts';
import { operatorTable } from '../../src/predictor/operator-table.ts';
import { fitRule, judge, type Votes } from '../../src/predictor/scoring-rule.ts';
import type { BenchmarkTable } from '../data/benchmark-table.ts';
import { loadNasBench101, loadNasBench201, loadNasBench301 } from '../data/benchmarks.ts';
import { CACHE, dataFolder } from '../folders.ts';
import type { TensorTable } from '../train/batch.ts';
import { groupsOf } from '../train/groups.ts';
import { DATASET_HEADS, TRANSFER_HEADS } from '../train/heads.ts';
import { LABELLED_VOTES, optionsOf, SEEDS, TRANSFER_VOTES } from '../train/plan.ts';
import { heldOut, visibility } from '../train/protocol.ts';
import { tensorsOf, vectorsOf } from '../train/tensors.ts';
import { predict, train } from '../train/trainer.ts';
import { wordingVectors } from '../train/wordings.ts';
import { type Quality, qualityOf, spreadOf } from './measure.ts';

type Vectors = (op: string) => Int8Array;

/** One line of the table. */
interface Variant {
  readonly name: string;
  readonly vectors?: Vectors;
  readonly raw?: boolean;
  readonly structure?: boolean;
  /** Whether some graphs are taught in other words, as every network of the plan is. */
  readonly reworded?: boolean;
  /** Share of NAS-Bench-101's labels. */
  readonly labels?: number;
  /** Amortised proxies as further heads, taught on NAS-Bench-101 and DARTS cells, and voting. */
  readonly votes?: Votes;
}

const flags = new Command('npm run ablate --')
  .description('Trains one small network a variant and seed, and writes the table of the report.')
  .option('--data <folder>', 'benchmark tables (or NAS_DATA_DIR)', dataFolder())
  .option('--json', 'print the figures as JSON', false)
  .parse()
  .opts<{ data: string; json: boolean }>();

const FOLDER = join(CACHE, 'ablation');

/** 64 components of the embeddings of one length of description, as `npm run embed -- --ablation` writes them. */
function described(length: 'medium' | 'long'): Vectors {
  const file = join(FOLDER, `${length}-64.bin`);
  if (!existsSync(file)) throw new Error(`${file} is missing: run npm run embed -- --ablation`);
  const bytes = readFileSync(file);
  const floats = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const entries = JSON.parse(readFileSync(join(FOLDER, 'operators.json'), 'utf8')) as {
    description: string;
  }[];
  const rows = new Map(entries.map(({ description }, row) => [description, row]));
  return (op) => {
    const row = rows.get(op);
    if (row === undefined) throw new RangeError(`no ${length} description of "${op}"`);
    return quantizeVector(floats.subarray(row * VECTOR_SIZE, (row + 1) * VECTOR_SIZE));
  };
}

/** A column of its own for every operator in the order of their appearance: words mean nothing. */
function oneHot(): Vectors {
  const seen = new Map<string, number>();
  return (op) => {
    const column = seen.get(op) ?? seen.size;
    seen.set(op, column);
    return Int8Array.from({ length: VECTOR_SIZE }, (_, i) => (i === column ? 64 : 0));
  };
}

/** The same rows without what stands beside the operator's vector. */
function withoutStructure(table: TensorTable): TensorTable {
  const features = table.features.map((value, i) => (i % NODE_FEATURES < VECTOR_SIZE ? value : 0));
  return { ...table, features };
}

const artefacts = readArtefacts();
const operators = operatorTable(artefacts);
const short = vectorsOf(operators);
const wordingsOf = wordingVectors(artefacts);

/** The whole embeddings. */
const whole: Vectors = (op) => quantizeVector(operators.vector384(op) ?? []);

const VARIANTS: readonly Variant[] = [
  { name: 'as it is: canonical graph, short words, PCA 64, structure, accuracy head' },
  { name: 'a third of the graphs taught in other words', reworded: true },
  { name: 'graph as written', raw: true },
  { name: 'one-hot operators', vectors: oneHot() },
  { name: 'all 384 numbers of the embedding', vectors: whole },
  { name: 'medium descriptions', vectors: described('medium') },
  { name: 'long descriptions', vectors: described('long') },
  { name: 'without structure features', structure: false },
  { name: '10% of the labels', labels: 0.1 },
  { name: '1% of the labels', labels: 0.01 },
  { name: 'with amortised heads, accuracy alone votes', votes: LABELLED_VOTES },
  { name: 'with amortised heads, which vote', votes: TRANSFER_VOTES },
];

const source = loadNasBench101(flags.data);
const target = loadNasBench201(flags.data);
const darts = loadNasBench301(flags.data);
const out = heldOut(source);

interface Outcome {
  readonly own: Quality;
  readonly transfer: readonly Quality[];
}

async function run(variant: Variant, seed: number): Promise<Outcome> {
  const { vectors = short, raw = false, structure = true, reworded = false } = variant;
  const { labels = 1, votes = LABELLED_VOTES } = variant;
  const heads = variant.votes === undefined ? ['accuracy'] : TRANSFER_HEADS;
  const job = {
    id: 'ablation',
    protocol: 'P1',
    target: { family: 'nas-bench-201', spaces: [] },
    seed,
  } as const;
  const tensors = (table: BenchmarkTable, visible: (head: string, row: number) => boolean): TensorTable => {
    const graphs = raw ? table.raw : table.graphs;
    const found = tensorsOf(table, {
      heads,
      vectorOf: vectors,
      visible,
      graphs,
      ...(reworded ? { wordingsOf } : {}),
    });
    return structure ? found : withoutStructure(found);
  };
  const sees = visibility('P1', job.target, source);
  // Every hundredth, tenth or single row: a fixed part, the same for all seeds.
  const taught = tensors(
    source,
    (head, row) => sees(head, row) && (head !== 'accuracy' || row % Math.round(1 / labels) === 0),
  );
  const tables =
    variant.votes === undefined ? [taught] : [taught, tensors(darts, visibility('P1', job.target, darts))];
  const options = optionsOf(job);
  const features = vectors(INPUT).length + STRUCTURE_FEATURES.length;
  const shape = { ...options.shape, features, heads: heads.length };
  const weights = heads.map((head) => (head === 'accuracy' ? 3 : 0.5));
  const parameters = await train(groupsOf(tables), {
    ...options,
    shape,
    quantizedSteps: 0,
    headWeights: () => weights,
  });
  const scores = async (
    table: BenchmarkTable,
    rows: (row: number) => boolean,
    by: Votes,
  ): Promise<[number[], Float64Array]> => {
    // A column that every wanted row has: which it is does not matter for reading the graphs.
    const all = { ...table, columns: { accuracy: new Float64Array(table.graphs.length) } };
    const wanted = tensors(all, (head, row) => head === 'accuracy' && rows(row));
    const logits = await predict(parameters, wanted, shape);
    const kept = [...table.graphs.keys()].filter(rows);
    const rule = fitRule(
      heads,
      by,
      logits,
      kept.flatMap((row) => table.costs[row] ?? []),
    );
    return [
      kept,
      Float64Array.from(
        kept,
        (_, i) => judge(rule, heads, logits.subarray(i * heads.length, (i + 1) * heads.length)).score,
      ),
    ];
  };
  const quality = (
    table: BenchmarkTable,
    column: string,
    [rows, score]: [number[], Float64Array],
  ): Quality => {
    const truth = Float64Array.from(rows, (row) => table.columns[column]?.[row] ?? Number.NaN);
    const found = qualityOf(score, truth);
    if (found === undefined) throw new Error(`${table.space} has no ${column}`);
    return found;
  };
  const own = await scores(
    source,
    (row) => out(row) && !Number.isNaN(source.columns.accuracy?.[row] ?? Number.NaN),
    LABELLED_VOTES,
  );
  const transferred = await scores(target, () => true, votes);
  return {
    own: quality(source, 'accuracy', own),
    transfer: DATASET_HEADS.map((name) => quality(target, name, transferred)),
  };
}

const lines: string[] = [];
const figures: Record<string, unknown> = {};
for (const variant of VARIANTS) {
  const outcomes: Outcome[] = [];
  for (const seed of SEEDS) {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${variant.name}, seed ${seed}`);
    outcomes.push(await run(variant, seed));
  }
  const own = spreadOf(outcomes.map((outcome) => outcome.own));
  const transfer = DATASET_HEADS.map((_, i) =>
    spreadOf(outcomes.flatMap((outcome) => outcome.transfer[i] ?? [])),
  );
  const cell = ({ mean, deviation }: typeof own): string =>
    `${mean.spearman.toFixed(3)} ± ${deviation.spearman.toFixed(3)} / ${mean.kendall.toFixed(3)}`;
  lines.push(`| ${[variant.name, ...[own, ...transfer].map(cell)].join(' | ')} |`);
  figures[variant.name] = { own, transfer };
}
if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
const text = [
  '## Ablation (P1, float32, Spearman ± deviation / Kendall, three seeds)',
  '',
  'One part changed at a time; trained on NAS-Bench-101.',
  '',
  '| | NAS-Bench-101, held out | CIFAR-10 | CIFAR-100 | ImageNet16-120 |',
  '|---|---|---|---|---|',
  ...lines,
  '',
].join('\n');
mkdirSync(join(CACHE, 'report'), { recursive: true });
writeFileSync(join(CACHE, 'report', 'ablation.md'), text);
console.log(flags.json ? JSON.stringify(figures, undefined, 1) : text);
