import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

/** Bytes by file, gzipped, of what `wrangler deploy` would upload of the Worker that scores. */
function uploaded(...options: readonly string[]): Map<string, number> {
  const folder = mkdtempSync(join(tmpdir(), 'tgnas-script-'));
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      join(ROOT, 'node_modules/wrangler/bin/wrangler.js'),
      'deploy',
      '--dry-run',
      '--outdir',
      folder,
      ...options,
    ],
    {
      cwd: ROOT,
      encoding: 'utf8',
      env: { ...process.env, WRANGLER_SEND_METRICS: 'false', WRANGLER_SEND_ERROR_REPORTS: 'false' },
    },
  );
  if (status !== 0) throw new Error(stderr);
  const files = readdirSync(folder).filter((name) => !name.endsWith('.map') && name !== 'README.md');
  const sizes = new Map(files.map((name) => [name, gzipSync(readFileSync(join(folder, name))).byteLength]));
  rmSync(folder, { recursive: true });
  return sizes;
}

const hasOrt = (files: Map<string, number>): boolean =>
  [...files.keys()].some((name) => name.includes('ort-wasm'));

test('the Worker that scores is a script of less than 1 MB, without ONNX Runtime', {
  timeout: 120_000,
}, () => {
  const files = uploaded();
  expect(hasOrt(files)).toBe(false);
  expect([...files.values()].reduce((sum, size) => sum + size, 0)).toBeLessThan(1e6);
});

test('ONNX Runtime comes along where it is chosen as the engine', { timeout: 120_000 }, () => {
  expect(hasOrt(uploaded('--define', 'ENGINE:"ort"'))).toBe(true);
});
