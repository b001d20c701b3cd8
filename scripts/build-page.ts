import { buildPage } from './page-files.ts';

await buildPage();
