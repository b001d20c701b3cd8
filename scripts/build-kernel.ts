/** @file `npm run kernel`: AssemblyScript -> `models/gcn.wasm` and `models/gcn.portable.wasm`. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { MODELS } from './folders.ts';

const SOURCE = fileURLToPath(new URL('../src/predictor/kernel/assembly/gcn.ts', import.meta.url).href);

/** The kernel's module. Same source, same bytes. */
export async function buildKernel(relaxed: boolean): Promise<Uint8Array> {
  const enabled = relaxed ? ['--enable', 'relaxed-simd'] : [];
  const memory = ['--runtime', 'stub', '--initialMemory', '16', '--maximumMemory', '16'];
  let built: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    [SOURCE, '-O3', '--noAssert', ...memory, '--enable', 'simd', ...enabled, '--outFile', 'kernel.wasm'],
    {
      writeFile: (name, contents) => {
        if (name === 'kernel.wasm' && typeof contents !== 'string') built = contents;
      },
    },
  );
  if (error !== null || built === undefined) throw new Error(`asc: ${error?.message}\n${stderr.toString()}`);
  return built;
}

if (import.meta.main) {
  writeFileSync(join(MODELS, 'gcn.wasm'), await buildKernel(true));
  writeFileSync(join(MODELS, 'gcn.portable.wasm'), await buildKernel(false));
}
