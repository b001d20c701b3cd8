import runtimeModule from 'onnxruntime-web/ort-wasm-simd-threaded.wasm';
import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { type OpenOnnx, openSession } from './onnx.ts';

// Workers may not compile WebAssembly from bytes, and onnxruntime-web offers no way to hand it a compiled module.
// It calls `WebAssembly.instantiate` once, with a view of `env.wasm.wasmBinary`. That one call, known by this
// stand-in for the bytes, gets an instance of the module that came with the Worker; all others pass through.
const standIn = new ArrayBuffer(8);
const instantiate = WebAssembly.instantiate;

async function instantiateImported(source: unknown, imports?: WebAssembly.Imports): Promise<unknown> {
  if (source instanceof Uint8Array && source.buffer === standIn) {
    return { instance: await instantiate(runtimeModule, imports), module: runtimeModule };
  }
  return Reflect.apply(instantiate, WebAssembly, [source, imports]);
}

Reflect.set(WebAssembly, 'instantiate', instantiateImported);
env.wasm.wasmBinary = standIn;
env.wasm.numThreads = 1;
env.wasm.proxy = false;

/** Sessions in workerd. The first call starts the runtime as well. */
export const openOnnx: OpenOnnx = (model) => openSession({ InferenceSession, Tensor }, model);
