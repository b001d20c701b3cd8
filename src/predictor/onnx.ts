/**
 * ONNX sessions as the predictor sees them: tensors in, tensors out. `onnx-worker.ts` and `onnx-node.ts` open
 * them with onnxruntime-web, the same WebAssembly build in workerd and in Node, so that both give the same bits.
 */
import type { InferenceSession, TensorConstructor } from 'onnxruntime-web/wasm';

/** A dense tensor in row-major order; `data.length` is the product of `dims`. */
export type Tensor = { readonly dims: readonly number[] } & (
  | { readonly type: 'float32'; readonly data: Float32Array }
  | { readonly type: 'int8'; readonly data: Int8Array }
  | { readonly type: 'uint8'; readonly data: Uint8Array }
  | { readonly type: 'int32'; readonly data: Int32Array }
);

export interface OnnxSession {
  /**
   * One forward pass. Calls may overlap: each waits for the one before.
   *
   * @param feeds a tensor for every input of the model, by name
   * @returns every output of the model, by name
   */
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
}

/** Compiles a model (the bytes of an .onnx file); a few tenths of a second. */
export type OpenOnnx = (model: Uint8Array) => Promise<OnnxSession>;

/** The parts of the onnxruntime-web module in use here. */
export interface Runtime {
  readonly InferenceSession: {
    create(model: Uint8Array, options?: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: TensorConstructor;
}

/** Opens a session in a runtime whose WebAssembly is already set up. */
export async function openSession(
  runtime: Runtime,
  model: Uint8Array,
  executionProviders: readonly string[] = ['wasm'],
): Promise<OnnxSession> {
  const session = await runtime.InferenceSession.create(model, {
    executionProviders,
    graphOptimizationLevel: 'all',
  });
  let last: Promise<unknown> = Promise.resolve();
  return {
    run(feeds) {
      const answer = last.then(async () => {
        const given = Object.fromEntries(
          Object.entries(feeds).map(([name, { type, data, dims }]) => [
            name,
            new runtime.Tensor(type, data, dims),
          ]),
        );
        return plain(await session.run(given));
      });
      last = answer.catch(() => undefined);
      return answer;
    },
  };
}

/** Outputs as plain tensors. */
function plain(outputs: InferenceSession.OnnxValueMapType): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { type, data, dims }]): [string, Tensor] => {
      if (type === 'float32' && data instanceof Float32Array) return [name, { type, data, dims }];
      if (type === 'int8' && data instanceof Int8Array) return [name, { type, data, dims }];
      if (type === 'uint8' && data instanceof Uint8Array) return [name, { type, data, dims }];
      if (type === 'int32' && data instanceof Int32Array) return [name, { type, data, dims }];
      throw new TypeError(`output "${name}" must be float32, int8, uint8 or int32, the model gives ${type}`);
    }),
  );
}
