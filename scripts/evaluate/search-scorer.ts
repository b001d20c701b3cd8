/** @file A scorer of one network of the plan, as the service would build it, for searches of NAS-Bench-201. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OperatorTable } from '../../src/operators/table.ts';
import { encode } from '../../src/predictor/encode.ts';
import { openKernel } from '../../src/predictor/engine-node.ts';
import { type Scorer, scorerOf } from '../../src/predictor/scorer.ts';
import { fitRule } from '../../src/predictor/scoring-rule.ts';
import { architectureCandidate } from '../../src/spaces/candidate.ts';
import { spaceOf } from '../../src/spaces/registry.ts';
import { enumerate } from '../../src/spaces/variation.ts';
import { MODELS } from '../folders.ts';
import { headsOf, type Job, SEARCH_VOTES } from '../train/plan.ts';
import { vectorsOf } from '../train/tensors.ts';

/** Percentiles are against all cells of the space; no label takes part. */
export async function searchScorer(job: Job, table: OperatorTable): Promise<Scorer> {
  const heads = headsOf(job);
  const network = openKernel(
    new Uint8Array(readFileSync(join(MODELS, 'protocols', `${job.id}.int8.onnx`))),
    heads.length,
  );
  const space = spaceOf('nas-bench-201');
  const vectorOf = vectorsOf(table);
  const cells = [...enumerate(space)].map((genome) => architectureCandidate(space, genome));
  const logits = await network.logits(cells.map(({ graph }) => encode(graph, vectorOf)));
  const sizes = cells.map(({ cost, size }) => size ?? cost);
  const rule = fitRule(heads, SEARCH_VOTES, logits, sizes);
  return scorerOf({
    model: { id: job.id, version: '1', sha256: '' },
    heads,
    table,
    // Cells of a benchmark name no unheard-of words.
    kinOf: () => '',
    network: () => network,
    ruleOf: () => rule,
    curvesOf: () => [],
    referenceOf: () => 'all cells of NAS-Bench-201',
  });
}
