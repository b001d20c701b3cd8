/** The engine that runs the network in workerd. */
import kernel from '../../models/gcn.wasm';
import { OnnxGcn, type OpenGcn } from './gcn.ts';
import { KernelGcn } from './kernel/kernel-gcn.ts';

/**
 * What ENGINE in wrangler.toml says: the kernel, or `ort` for ONNX Runtime, the reference. The choice is made when
 * the Worker is built, so that ONNX Runtime's 3 MB are part of the script only where they are asked for.
 */
export const openGcn: OpenGcn = (model, heads) =>
  ENGINE === 'ort'
    ? new OnnxGcn(
        import('./onnx-worker.ts').then(({ openOnnx }) => openOnnx(model)),
        heads,
      )
    : new KernelGcn(kernel, model);
