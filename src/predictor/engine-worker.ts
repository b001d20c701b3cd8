/** The engines that run the network in workerd. */
import kernel from '../../models/gcn.wasm';
import { OnnxGcn, type OpenGcn } from './gcn.ts';
import { KernelGcn } from './kernel/kernel-gcn.ts';

/** The kernel: no start to speak of. */
const openKernel: OpenGcn = (model) => new KernelGcn(kernel, model);

/** ONNX Runtime, the reference: its module wakes up only when it is asked for. */
const openOrt: OpenGcn = (model, heads) =>
  new OnnxGcn(
    import('./onnx-worker.ts').then(({ openOnnx }) => openOnnx(model)),
    heads,
  );

/** @param engine the variable ENGINE: `ort`, or the kernel for anything else */
export const engineOf = (engine: string | undefined): OpenGcn => (engine === 'ort' ? openOrt : openKernel);
