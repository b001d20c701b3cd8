import { expect, test } from 'vitest';
import { openOnnx } from '../../src/predictor/onnx-node.ts';
import { expectedHeads, feedsFor, messageModel } from './message-model.ts';

test('a session in Node answers what the model computes', async () => {
  const session = await openOnnx(messageModel());
  const { heads } = await session.run(feedsFor(3, 7));
  expect(heads?.dims).toEqual([3, 2]);
  expect([...(heads?.data ?? [])]).toEqual(expectedHeads(3, 7));
});

test('a session takes batches and graphs of any size', async () => {
  const session = await openOnnx(messageModel());
  for (const [batch, nodes] of [
    [1, 2],
    [64, 5],
    [2, 64],
  ] as const) {
    const { heads } = await session.run(feedsFor(batch, nodes));
    expect([...(heads?.data ?? [])]).toEqual(expectedHeads(batch, nodes));
  }
});

test('overlapping runs each get their own answer', async () => {
  const session = await openOnnx(messageModel());
  const sizes = [1, 5, 2, 9];
  const answers = await Promise.all(sizes.map((batch) => session.run(feedsFor(batch, 4))));
  expect(answers.map(({ heads }) => [...(heads?.data ?? [])])).toEqual(
    sizes.map((batch) => expectedHeads(batch, 4)),
  );
});

test('a run that fails does not stop the next one', async () => {
  const session = await openOnnx(messageModel());
  const { vectors } = feedsFor(1, 4);
  await expect(session.run({ vectors })).rejects.toThrow(/adjacency/);
  const { heads } = await session.run(feedsFor(1, 4));
  expect([...(heads?.data ?? [])]).toEqual(expectedHeads(1, 4));
});

test('bytes that are no model are refused', async () => {
  await expect(openOnnx(new Uint8Array([1, 2, 3]))).rejects.toThrow();
});
