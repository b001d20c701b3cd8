/** The engine that runs the network in Node. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { OpenGcn } from './gcn.ts';
import { KernelGcn } from './kernel/kernel-gcn.ts';

const read = (name: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(fileURLToPath(new URL(`../../models/${name}`, import.meta.url).href)));

/** A compiled module. (The types are workerd's, where nobody may compile bytes.) */
export const compiled = (bytes: Uint8Array): WebAssembly.Module =>
  Reflect.construct(WebAssembly.Module, [bytes]) as WebAssembly.Module;

/** The kernel, without relaxed SIMD where Node is too old for it. Both give the same bits. */
export const openKernel: OpenGcn = (model) => {
  const relaxed = read('gcn.wasm');
  const bytes = WebAssembly.validate(relaxed) ? relaxed : read('gcn.portable.wasm');
  return new KernelGcn(compiled(bytes), model);
};
