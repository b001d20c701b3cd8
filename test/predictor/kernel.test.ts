import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TypedArrayGcn } from '../../scripts/bench/typed-array-gcn.ts';
import { buildKernel } from '../../scripts/build-kernel.ts';
import { type EncodedGraph, NODE_FEATURES } from '../../src/predictor/encode.ts';
import { compiled } from '../../src/predictor/engine-node.ts';
import { OnnxGcn } from '../../src/predictor/gcn.ts';
import { KernelGcn } from '../../src/predictor/kernel/kernel-gcn.ts';
import { openOnnx } from '../../src/predictor/onnx-node.ts';

const models = new URL('../../models/', import.meta.url).pathname;
const bytes = (name: string) => new Uint8Array(readFileSync(models + name));
const network = bytes('gcn.int8.onnx');
const { heads } = JSON.parse(readFileSync(`${models}manifest.json`, 'utf8')) as { heads: string[] };
const kernel = new KernelGcn(compiled(bytes('gcn.wasm')), network);
const portable = new KernelGcn(compiled(bytes('gcn.portable.wasm')), network);
const ort = new OnnxGcn(openOnnx(network), heads.length);

/** Any features and any counted edges that point forward, of any size up to the limit. */
const graphs = fc.array(
  fc.integer({ min: 2, max: 64 }).chain((nodes) =>
    fc.record({
      nodes: fc.constant(nodes),
      features: fc.int8Array({ minLength: nodes * NODE_FEATURES, maxLength: nodes * NODE_FEATURES }),
      adjacency: fc
        .uint8Array({ minLength: nodes * nodes, maxLength: nodes * nodes })
        .map((counts) =>
          counts.map((count, i) => (i % nodes < Math.floor(i / nodes) && count > 180 ? count : 0)),
        ),
    }),
  ),
  { minLength: 1, maxLength: 12 },
);

const loops = new TypedArrayGcn(network);

const bitsOf = (values: Float32Array): number[] => [...new Uint32Array(values.slice().buffer)];

test('the kernel, with relaxed SIMD and without, and plain loops give the bits of ONNX Runtime on any graphs', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, async (batch) => {
      const expected = bitsOf(await ort.logits(batch));
      expect(bitsOf(await kernel.logits(batch))).toEqual(expected);
      expect(bitsOf(await portable.logits(batch))).toEqual(expected);
      expect(bitsOf(await loops.logits(batch))).toEqual(expected);
    }),
    { numRuns: 150 },
  );
});

test.each([
  ['the kernel', kernel],
  ['ONNX Runtime', ort],
])('%s gives a graph the same bits in any batch and any order', async (_, engine) => {
  await fc.assert(
    fc.asyncProperty(graphs, async (batch) => {
      const together = await engine.logits(batch);
      const backwards = await engine.logits([...batch].reverse());
      for (const [i, graph] of batch.entries()) {
        const alone = bitsOf(await engine.logits([graph as EncodedGraph]));
        expect(bitsOf(together.slice(i * heads.length, (i + 1) * heads.length))).toEqual(alone);
        const j = batch.length - 1 - i;
        expect(bitsOf(backwards.slice(j * heads.length, (j + 1) * heads.length))).toEqual(alone);
      }
    }),
    { numRuns: 40 },
  );
});

test('the committed modules are what their source builds', async () => {
  expect(Buffer.from(await buildKernel(true)).equals(bytes('gcn.wasm'))).toBe(true);
  expect(Buffer.from(await buildKernel(false)).equals(bytes('gcn.portable.wasm'))).toBe(true);
});
