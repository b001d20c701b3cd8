/** The contents of `models/` as they travel with the Worker. wrangler.toml makes bytes of .bin and .onnx. */

import operators from '../../models/operators.json';
import operators64 from '../../models/operators-64.bin';
import operators384 from '../../models/operators-384.bin';
import operatorsPca from '../../models/operators-pca.bin';
import type { Artefacts } from './scorer.ts';

export const artefacts: Artefacts = {
  documents: { 'operators.json': operators },
  binaries: {
    'operators-384.bin': new Uint8Array(operators384),
    'operators-64.bin': new Uint8Array(operators64),
    'operators-pca.bin': new Uint8Array(operatorsPca),
  },
};
