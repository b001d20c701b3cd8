import { expect, test } from 'vitest';
import { artefacts } from '../../src/predictor/artefacts-worker.ts';
import { openGcn } from '../../src/predictor/engine-worker.ts';
import { OnnxGcn, type OpenGcn } from '../../src/predictor/gcn.ts';
import { openOnnx } from '../../src/predictor/onnx-worker.ts';
import { readSubject } from '../../src/predictor/score-batch.ts';
import { createScorer } from '../../src/predictor/scorer.ts';

const cells = [
  '|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|',
  '|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|',
  '|none~0|+|none~0|none~1|+|none~0|none~1|none~2|',
].map((cell) => readSubject('nas-bench-201', cell));

const openOrt: OpenGcn = (model, heads) => new OnnxGcn(openOnnx(model), heads);

test('ONNX Runtime and the kernel score to the same bit in workerd', async () => {
  const byKernel = await createScorer(artefacts, openGcn).score(cells);
  const byOrt = await createScorer(artefacts, openOrt).score(cells);
  expect(byKernel).toEqual(byOrt);
  const [good, poor, dead] = byKernel.map(({ score }) => score);
  expect(good).toBeGreaterThan(poor ?? 1);
  expect(poor).toBeGreaterThan(dead ?? 1);
});
