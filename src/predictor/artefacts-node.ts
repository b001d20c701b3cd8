import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Artefacts } from './scorer.ts';

/** `models/` of this package, seen from `src/predictor` and from `dist/predictor` alike. */
const MODELS = fileURLToPath(new URL('../../models', import.meta.url).href);

/** Reads the contents of `models/` from the package itself, wherever that is installed. */
export function readArtefacts(): Artefacts {
  const names = readdirSync(MODELS).sort();
  const read = (name: string): Buffer => readFileSync(join(MODELS, name));
  return {
    documents: Object.fromEntries(
      names
        .filter((name) => extname(name) === '.json')
        .map((name) => [name, JSON.parse(read(name).toString('utf8'))]),
    ),
    binaries: Object.fromEntries(
      names
        .filter((name) => ['.bin', '.onnx'].includes(extname(name)))
        .map((name) => [name, new Uint8Array(read(name))]),
    ),
  };
}
