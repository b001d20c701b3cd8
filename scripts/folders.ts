/** @file Where the scripts read and write. */
import { fileURLToPath } from 'node:url';

const inRepository = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url).href);

/** What is committed and served. */
export const MODELS = inRepository('models');
/** What can be made again: not committed. */
export const CACHE = inRepository('.cache');

/** The benchmark tables' folder: NAS_DATA_DIR, or `shared/data` beside the repository. */
export const dataFolder = (): string => process.env.NAS_DATA_DIR ?? inRepository('../shared/data');
