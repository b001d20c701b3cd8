/** @file `memory.ts ENGINE`: prints the MB that an engine adds to a process by scoring all of NAS-Bench-201. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readArtefacts } from '../../src/predictor/artefacts-node.ts';
import { readNetwork } from '../../src/predictor/kernel/network.ts';
import { operatorTable } from '../../src/predictor/operator-table.ts';
import { MODELS } from '../folders.ts';
import { encodedCells } from './subjects.ts';

const cells = encodedCells(operatorTable(readArtefacts()));
const model = new Uint8Array(readFileSync(join(MODELS, 'gcn.int8.onnx')));
const heads = readNetwork(model).heads.bias.length;
const before = process.memoryUsage.rss();
// What an engine imports is a part of what it adds.
const open = {
  kernel: async () => (await import('../../src/predictor/engine-node.ts')).openKernel(model, heads),
  'ort-int8': async () => {
    const { openOnnx } = await import('../../src/predictor/onnx-node.ts');
    const { OnnxGcn } = await import('../../src/predictor/gcn.ts');
    return new OnnxGcn(openOnnx(model), heads);
  },
}[process.argv[2] === 'kernel' ? 'kernel' : 'ort-int8'];
const engine = await open();
for (let start = 0; start < cells.length; start += 1_024) {
  await engine.logits(cells.slice(start, start + 1_024));
}
console.log((process.memoryUsage.rss() - before) / 1e6);
