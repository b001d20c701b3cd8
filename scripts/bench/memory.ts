/**
 * @file `memory.ts ENGINE`: prints the MB that an engine adds to a process by scoring all of NAS-Bench-201, or the
 * text encoder by encoding some words. What it imports is a part of what it adds.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readArtefacts } from '../../src/predictor/artefacts-node.ts';
import type { Gcn } from '../../src/predictor/gcn.ts';
import { readNetwork } from '../../src/predictor/kernel/network.ts';
import { operatorTable } from '../../src/predictor/operator-table.ts';
import { MODELS } from '../folders.ts';
import { ENCODER_FOLDER } from '../minilm/encoder-files.ts';
import { encodedCells } from './subjects.ts';

const cells = encodedCells(operatorTable(readArtefacts()));
const model = new Uint8Array(readFileSync(join(MODELS, 'gcn.int8.onnx')));
const heads = readNetwork(model).heads.bias.length;

async function scoreWith(engine: Gcn): Promise<void> {
  for (let start = 0; start < cells.length; start += 1_024) {
    await engine.logits(cells.slice(start, start + 1_024));
  }
}

const USES: Readonly<Record<string, () => Promise<void>>> = {
  kernel: async () => {
    const { openKernel } = await import('../../src/predictor/engine-node.ts');
    await scoreWith(openKernel(model, heads));
  },
  'ort-int8': async () => {
    const { openOnnx } = await import('../../src/predictor/onnx-node.ts');
    const { OnnxGcn } = await import('../../src/predictor/gcn.ts');
    await scoreWith(new OnnxGcn(openOnnx(model), heads));
  },
  encoder: async () => {
    const { openEncoderIn } = await import('../../src/predictor/lexicon-node.ts');
    const encode = await openEncoderIn(ENCODER_FOLDER);
    for (let i = 2; i < 32; i++) await encode(`octave convolution, ratio 1 to ${i}`);
  },
};

const use = USES[process.argv[2] ?? ''];
if (use === undefined) throw new Error(`expected one of ${Object.keys(USES).join(', ')}`);
const before = process.memoryUsage.rss();
await use();
console.log((process.memoryUsage.rss() - before) / 1e6);
