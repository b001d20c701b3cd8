import { describe, expect, it } from 'vitest';
import { judgedBy } from '../../scripts/train/committee.ts';
import { columnPercentiles } from '../../scripts/train/heads.ts';
import type { Shape } from '../../scripts/train/network.ts';
import { tensorsOf, vectorsOf } from '../../scripts/train/tensors.ts';
import { initialParameters, predict } from '../../scripts/train/trainer.ts';
import { readArchitecture } from '../../src/formats/registry.ts';
import { canonicalize } from '../../src/graph/canonicalize.ts';
import { readArtefacts } from '../../src/predictor/artefacts-node.ts';
import { NODE_FEATURES } from '../../src/predictor/encode.ts';
import { operatorTable } from '../../src/predictor/operator-table.ts';

const heads = ['accuracy', 'synflow'];
const shape: Shape = { features: NODE_FEATURES, hidden: 8, layers: 1, readout: 8, heads: heads.length };
const shown = { heads, vectorOf: vectorsOf(operatorTable(readArtefacts())) };
const graphs = ['nor_conv_3x3', 'nor_conv_1x1', 'skip_connect', 'avg_pool_3x3', 'none'].map((op) =>
  canonicalize(
    readArchitecture(
      'nas-bench-201',
      `|nor_conv_3x3~0|+|${op}~0|${op}~1|+|skip_connect~0|${op}~1|nor_conv_1x1~2|`,
    ).graph,
  ),
);
const members = [1, 2, 3].map((seed) => ({ parameters: initialParameters(shape, seed), steps: [] }));

describe('committee', () => {
  it('teaches the percentiles of its members’ mean logits', async () => {
    const taught = await judgedBy(members, { space: 'cells', graphs }, shape, shown);
    const blank = Object.fromEntries(heads.map((head) => [head, new Float64Array(graphs.length)]));
    const asked = tensorsOf({ space: 'cells', graphs, columns: blank }, { ...shown, visible: () => true });
    const logits = await Promise.all(members.map(({ parameters }) => predict(parameters, asked, shape)));
    heads.forEach((_, head) => {
      const mean = Float64Array.from(graphs, (_, row) =>
        logits.reduce((sum, of) => sum + (of[row * heads.length + head] ?? 0) / members.length, 0),
      );
      const target = Float64Array.from(graphs, (_, row) => taught.targets[row * heads.length + head] ?? 0);
      expect(
        [...target].map((value, row) => Math.abs(value - (columnPercentiles(mean)[row] ?? 0)) < 1e-6),
      ).not.toContain(false);
    });
  });

  it('shows the pupil nothing that was measured', async () => {
    const measured = { space: 'cells', graphs, columns: { accuracy: Float64Array.of(5, 4, 3, 2, 1) } };
    const without = await judgedBy(members, { space: 'cells', graphs }, shape, shown);
    expect(await judgedBy(members, measured, shape, shown)).toEqual(without);
  });
});
