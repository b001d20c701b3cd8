import asc from 'assemblyscript/asc';
import { compiled } from '../../src/predictor/engine-node.ts';

/** Eight independent sums over 2 KiB of int8 weights and 2 KiB of activations 0..127, which stay in the cache. */
const SOURCE = `
export const MULTIPLY_ADDS: i32 = 2048;
export function run(times: i32): i32 {
  let s0 = i32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
  for (let time = 0; time < times; time++) {
    for (let at: usize = 1024; at < 3072; at += 128) {
      s0 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(at), v128.load(at, 2048), s0);
      s1 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(at, 16), v128.load(at, 2064), s1);
      s2 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(at, 32), v128.load(at, 2080), s2);
      s3 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(at, 48), v128.load(at, 2096), s3);
      s4 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(at, 64), v128.load(at, 2112), s4);
      s5 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(at, 80), v128.load(at, 2128), s5);
      s6 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(at, 96), v128.load(at, 2144), s6);
      s7 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(at, 112), v128.load(at, 2160), s7);
    }
  }
  const sum = i32x4.add(i32x4.add(i32x4.add(s0, s1), i32x4.add(s2, s3)), i32x4.add(i32x4.add(s4, s5), i32x4.add(s6, s7)));
  return i32x4.extract_lane(sum, 0);
}`;

/** A dot product and nothing else, in the instruction of the kernel: runs 2,048 multiply-adds so many times. */
export async function openDotProduct(): Promise<{ multiplyAdds: number; run: (times: number) => void }> {
  let built: Uint8Array | undefined;
  const options = ['-O3', '--runtime', 'stub', '--initialMemory', '1', '--enable', 'simd,relaxed-simd'];
  const { error, stderr } = await asc.main(['dot.ts', ...options, '--outFile', 'dot.wasm'], {
    readFile: (name) => (name === 'dot.ts' ? SOURCE : null),
    writeFile: (name, contents) => {
      if (name === 'dot.wasm' && typeof contents !== 'string') built = contents;
    },
  });
  if (error !== null || built === undefined) throw new Error(`asc: ${error?.message}\n${stderr.toString()}`);
  const { run, MULTIPLY_ADDS } = new WebAssembly.Instance(compiled(built)).exports;
  if (typeof run !== 'function' || !(MULTIPLY_ADDS instanceof WebAssembly.Global))
    throw new TypeError('no dot product was built');
  return { multiplyAdds: Number(MULTIPLY_ADDS.value), run: (times) => run(times) };
}
