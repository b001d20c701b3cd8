/** @file The last step of training: reference distributions, accuracy curves and the model card. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readArtefacts } from '../../src/predictor/artefacts-node.ts';
import { type EncodedGraph, encode } from '../../src/predictor/encode.ts';
import { OnnxGcn } from '../../src/predictor/gcn.ts';
import type { AccuracyCurve, ModelCard, SpaceReference } from '../../src/predictor/model-card.ts';
import { openOnnx } from '../../src/predictor/onnx-node.ts';
import { operatorTable } from '../../src/predictor/operator-table.ts';
import { REFERENCE_FILE } from '../../src/predictor/scorer.ts';
import { fitRule, packRule, type ScoringRule, type Votes } from '../../src/predictor/scoring-rule.ts';
import type { BenchmarkTable } from '../data/benchmark-table.ts';
import { loadBenchmarks } from '../data/benchmarks.ts';
import { MODELS } from '../folders.ts';
import { fitCurve, type Pair } from './calibrate-accuracy.ts';
import { DATASET_HEADS } from './heads.ts';
import { FOREIGN_VOTES, headsOf, LABELLED_VOTES, optionsOf, SEEDS, SHIPPED_SEED } from './plan.ts';
import { heldOut } from './protocol.ts';
import { references } from './reference.ts';
import { vectorsOf } from './tensors.ts';

const NETWORK = 'gcn.int8.onnx';

/** Spaces whose accuracy head has seen too few trained architectures, or none, to judge alone. */
const VOTES: Readonly<Record<string, Votes>> = { darts: FOREIGN_VOTES, dag: FOREIGN_VOTES };

/** Datasets whose accuracy can be foretold: the space's table, the column, the head that reads it best. */
const CURVES = [
  ...DATASET_HEADS.map((name) => ({
    space: 'nas-bench-201',
    table: 'nas-bench-201',
    dataset: name,
    column: name,
    head: name,
  })),
  {
    space: 'nas-bench-101',
    table: 'nas-bench-101',
    dataset: 'cifar10',
    column: 'accuracy',
    head: 'accuracy',
  },
  {
    space: 'transnas-bench-101',
    table: 'transnas-micro',
    dataset: 'class_scene',
    column: 'accuracy',
    head: 'accuracy',
  },
] as const;

/** Every file under `models/` but the card itself, with its sha256. */
function hashes(folder: string, prefix = ''): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(folder).sort()) {
    const file = join(folder, name);
    if (statSync(file).isDirectory()) Object.assign(found, hashes(file, `${prefix}${name}/`));
    else if (/\.(bin|onnx|wasm)$/.test(name) || /^(operators|wordings)\.json$/.test(name)) {
      found[prefix + name] = createHash('sha256').update(readFileSync(file)).digest('hex');
    }
  }
  return found;
}

/** Writes `reference.bin` and `manifest.json` for the trained networks in `models/`. */
export async function publish(dataFolder: string, metrics: Record<string, unknown> = {}): Promise<void> {
  const heads = headsOf({ protocol: 'P3' });
  const tables = loadBenchmarks(dataFolder);
  const vectorOf = vectorsOf(operatorTable(readArtefacts()));
  const network = new OnnxGcn(openOnnx(readFileSync(join(MODELS, NETWORK))), heads.length);
  const encoded = (graphs: readonly Parameters<typeof encode>[0][]): EncodedGraph[] =>
    graphs.map((graph) => encode(graph, vectorOf));

  const spaces: Record<string, SpaceReference> = {};
  const rules = new Map<string, ScoringRule>();
  const packed: Float32Array[] = [];
  for (const [row, { space, of, members }] of references(tables).entries()) {
    const votes = VOTES[space] ?? LABELLED_VOTES;
    const logits = await network.logits(encoded(members.map(({ graph }) => graph)));
    const sizes = members.map(({ size }) => size);
    const rule = fitRule(heads, votes, logits, sizes);
    rules.set(space, rule);
    packed.push(packRule(rule));
    spaces[space] = { votes, row, of, architectures: members.length };
  }
  writeFileSync(
    join(MODELS, REFERENCE_FILE),
    Buffer.concat(packed.map((floats) => Buffer.from(floats.buffer))),
  );

  const expected: Record<string, Record<string, AccuracyCurve>> = {};
  for (const { space, table: name, dataset, column, head } of CURVES) {
    const table = tables.get(name);
    const rule = rules.get(space);
    if (table === undefined || rule === undefined) throw new Error(`no table or rule for ${space}`);
    const pairs = await pairsOf(table, column, heads.indexOf(head), rule, network, encoded, heads.length);
    expected[space] = { ...expected[space], [dataset]: fitCurve(head, pairs.seen, pairs.heldOut) };
  }

  const { headWeights, onStep: _, ...options } = optionsOf({ id: 'p3', protocol: 'P3', seed: SHIPPED_SEED });
  const weights = headWeights('');
  const card: ModelCard = {
    id: 'tgnas-gcn',
    version: '1.0.0',
    protocol: 'P3',
    network: NETWORK,
    heads,
    spaces,
    expected,
    training: {
      tables: [...tables.values()].map(({ space, family, graphs }) => ({
        space,
        family,
        rows: graphs.length,
      })),
      options: { ...options, headWeights: Object.fromEntries(heads.map((head, i) => [head, weights[i]])) },
      seeds: SEEDS,
    },
    metrics,
    files: hashes(MODELS),
  };
  const file = join(MODELS, 'manifest.json');
  writeFileSync(file, `${JSON.stringify(card, undefined, 1)}\n`);
  console.error(`wrote ${file}`);
}

async function pairsOf(
  table: BenchmarkTable,
  column: string,
  head: number,
  rule: ScoringRule,
  network: OnnxGcn,
  encoded: (graphs: BenchmarkTable['graphs']) => EncodedGraph[],
  heads: number,
): Promise<{ seen: Pair[]; heldOut: Pair[] }> {
  const values = table.columns[column] ?? new Float64Array();
  const out = heldOut(table);
  const logits = await network.logits(encoded(table.graphs));
  const pairs = { seen: [] as Pair[], heldOut: [] as Pair[] };
  values.forEach((accuracy, row) => {
    if (Number.isNaN(accuracy)) return;
    const percentile = rule.heads[head]?.percentile(logits[row * heads + head] ?? 0) ?? 0.5;
    pairs[out(row) ? 'heldOut' : 'seen'].push({ percentile, accuracy });
  });
  return pairs;
}
