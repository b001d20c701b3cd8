import { expect, test } from 'vitest';
import { openOnnx } from '../../src/predictor/onnx-worker.ts';
import { expectedHeads, feedsFor, messageModel } from '../predictor/message-model.ts';

test('a session in workerd answers what the model computes', async () => {
  const session = await openOnnx(messageModel());
  const { heads } = await session.run(feedsFor(3, 7));
  expect([...(heads?.data ?? [])]).toEqual(expectedHeads(3, 7));
});

test('two sessions can be opened at once', async () => {
  const [a, b] = await Promise.all([openOnnx(messageModel()), openOnnx(messageModel())]);
  const answers = await Promise.all([a.run(feedsFor(2, 3)), b.run(feedsFor(1, 9))]);
  expect(answers.map(({ heads }) => [...(heads?.data ?? [])])).toEqual([
    expectedHeads(2, 3),
    expectedHeads(1, 9),
  ]);
});

test('WebAssembly from bytes stays as forbidden as workerd has it', async () => {
  const empty = new Uint8Array([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  await expect(WebAssembly.instantiate(empty)).rejects.toThrow(/disallowed/);
});
