/** The contents of `models/` as they travel with the Worker. wrangler.toml makes bytes of .bin and .onnx. */

import network from '../../models/gcn.int8.onnx';
import manifest from '../../models/manifest.json';
import operators from '../../models/operators.json';
import operators64 from '../../models/operators-64.bin';
import operators384 from '../../models/operators-384.bin';
import operatorsPca from '../../models/operators-pca.bin';
import reference from '../../models/reference.bin';
import wordings from '../../models/wordings.json';
import wordings64 from '../../models/wordings-64.bin';
import type { Artefacts } from './scorer.ts';

export const artefacts: Artefacts = {
  documents: { 'operators.json': operators, 'manifest.json': manifest, 'wordings.json': wordings },
  binaries: {
    'gcn.int8.onnx': new Uint8Array(network),
    'operators-384.bin': new Uint8Array(operators384),
    'operators-64.bin': new Uint8Array(operators64),
    'operators-pca.bin': new Uint8Array(operatorsPca),
    'reference.bin': new Uint8Array(reference),
    'wordings-64.bin': new Uint8Array(wordings64),
  },
};
