/** `npm run encoder`: writes the encoder for words that the operator table lacks. */
import { buildEncoder } from './minilm/encoder-files.ts';

await buildEncoder();
