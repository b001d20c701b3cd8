import { env, InferenceSession, Tensor } from 'onnxruntime-web';
import { type OpenOnnx, openSession } from './onnx.ts';

env.wasm.numThreads = 1;
env.wasm.proxy = false;

/** Sessions in Node, in the WebAssembly build that workerd runs: the same bits, no native library. */
export const openOnnx: OpenOnnx = (model) => openSession({ InferenceSession, Tensor }, model);
