/**
 * The files of the page and of the API reference, as Workers Static Assets: `.cache/page`. Everything is bundled,
 * nothing is loaded from elsewhere.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, type Plugin } from 'esbuild';

const ROOT = join(import.meta.dirname, '..');
const SOURCE = join(ROOT, 'src/playground');
const PAGE = join(ROOT, '.cache/page');
const REFERENCE = join(ROOT, 'node_modules/@scalar/api-reference/dist/browser/standalone.js');

/** What the browser lets the pages do: talk to this server and nobody else. The reference makes code of its own. */
const policy = (...more: string[]): string =>
  [
    "default-src 'none'",
    "style-src 'self' 'unsafe-inline'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    ...more,
  ].join('; ');

const HEADERS = `/*
  X-Content-Type-Options: nosniff
  Referrer-Policy: no-referrer
/
  Content-Security-Policy: ${policy("script-src 'self'", "img-src 'self' data:")}
/docs
  Content-Security-Policy: ${policy("script-src 'self' 'unsafe-eval'", "img-src 'self' data: blob:", "font-src 'self' data:")}
/assets/*
  Cache-Control: public, max-age=31536000, immutable
`;

/** zod speaks fifty languages; the page, one. */
const zodInEnglish: Plugin = {
  name: 'zod-in-english',
  setup({ onLoad }) {
    onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

/** Writes all files anew. Names of bundles carry their hash. */
export async function buildPage(): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: { page: join(SOURCE, 'main.tsx'), reference: join(SOURCE, 'reference.ts') },
    entryNames: '[name]-[hash]',
    outdir: join(PAGE, 'assets'),
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    absWorkingDir: ROOT,
    plugins: [zodInEnglish],
    write: false,
  });
  const scalar = readFileSync(REFERENCE);
  rmSync(PAGE, { recursive: true, force: true });
  mkdirSync(join(PAGE, 'assets'), { recursive: true });
  const named = new Map<string, string>();
  for (const { path, contents } of outputFiles) {
    writeFileSync(path, contents);
    const name = basename(path);
    named.set(`/assets/${name.replace(/-\w+\./, '.')}"`, `/assets/${name}"`);
  }
  writeFileSync(join(PAGE, 'assets/scalar.js'), scalar);
  for (const document of ['index.html', 'docs.html']) {
    let text = readFileSync(join(SOURCE, document), 'utf8');
    for (const [plain, hashed] of named) text = text.replace(plain, hashed);
    writeFileSync(join(PAGE, document), text);
  }
  cpSync(join(SOURCE, 'icon.svg'), join(PAGE, 'icon.svg'));
  writeFileSync(join(PAGE, '_headers'), HEADERS);
}
