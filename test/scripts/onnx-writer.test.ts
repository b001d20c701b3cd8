import { InferenceSession, Tensor } from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { OnnxGraph } from '../../scripts/onnx/onnx-writer.ts';

/** Values of every output, by name. */
async function run(graph: OnnxGraph, feeds: Record<string, Tensor>): Promise<Record<string, unknown>> {
  const session = await InferenceSession.create(graph.encode());
  const results = await session.run(feeds);
  return Object.fromEntries(
    Object.entries(results).map(([name, { dims, data }]) => [
      name,
      { dims, data: [...(data as Float32Array)] },
    ]),
  );
}

test('a graph of integer and float nodes with a symbolic batch runs in ONNX Runtime', async () => {
  const graph = new OnnxGraph('dense');
  const x = graph.input('x', 'int8', ['batch', 2]);
  const weights = graph.constant('weights', [2, 3], Int8Array.of(1, -2, 3, 4, -5, 6));
  const scale = graph.constant('scale', [], Float32Array.of(0.5));
  const sums = graph.node('Cast', [graph.node('MatMulInteger', [x, weights])], { to: 1 });
  graph.output(graph.node('Mul', [sums, scale], {}, 'y'), 'float32', ['batch', 3]);

  const results = await run(graph, { x: new Tensor('int8', Int8Array.of(1, 1, -2, 3), [2, 2]) });
  expect(results).toEqual({ y: { dims: [2, 3], data: [2.5, -3.5, 4.5, 5, -5.5, 6] } });
});

test('float, negative and list attributes, int64 axes and float16 weights reach the runtime', async () => {
  const graph = new OnnxGraph('attributes');
  const x = graph.input('x', 'float32', ['batch', 2, 2]);
  const half = graph.constant('half', [2], Uint16Array.of(0x3c00, 0xc000)); // 1, -2
  const bias = graph.node('Cast', [half], { to: 1 });
  const leaky = graph.node('LeakyRelu', [graph.node('Add', [x, bias])], { alpha: { float: 0.25 } });
  const turned = graph.node('Transpose', [leaky], { perm: [0, 2, 1] });
  const sum = graph.node('ReduceSum', [turned, graph.int64('axes', [-1])], { keepdims: 0 });
  graph.output(graph.node('Softmax', [graph.node('Sub', [sum, sum])], { axis: -1 }, 'y'), 'float32', [
    'batch',
    2,
  ]);
  graph.output(sum, 'float32', ['batch', 2]);

  const results = await run(graph, { x: new Tensor('float32', Float32Array.of(1, 2, 3, -2), [1, 2, 2]) });
  expect(results).toEqual({
    y: { dims: [1, 2], data: [0.5, 0.5] },
    [sum]: { dims: [1, 2], data: [6, -1] },
  });
});

test('mistakes in building a graph are refused where they are made', () => {
  const graph = new OnnxGraph('wrong');
  expect(() => graph.constant('w', [2, 2], Float32Array.of(1))).toThrow('2 x 2 holds 4 numbers, given 1');
  graph.input('x', 'float32', [1]);
  expect(() => graph.node('Relu', ['x'], {}, 'x')).toThrow('tensor name x is taken');
  graph.node('Elu', ['x'], { alpha: 0.5 });
  expect(() => graph.encode()).toThrow('write 0.5 as { float: 0.5 }');
});
