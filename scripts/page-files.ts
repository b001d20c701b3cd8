/**
 * The files of the page and of the API reference, as Workers Static Assets: `.cache/page`. Everything is bundled,
 * nothing is loaded from elsewhere.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

/** All files by their path; what is cached for good carries a hash in its name. */
export async function bundlePage(): Promise<ReadonlyMap<string, string | Uint8Array>> {
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
  const scalarHash = createHash('sha256').update(scalar).digest('hex').slice(0, 8);
  const assets = [
    { name: `scalar-${scalarHash}.js`, contents: scalar },
    ...outputFiles.map(({ path, contents }) => ({ name: basename(path), contents })),
  ];
  const files = new Map<string, string | Uint8Array>([
    ['icon.svg', readFileSync(join(SOURCE, 'icon.svg'))],
    ['_headers', HEADERS],
    ...assets.map(({ name, contents }) => [`assets/${name}`, contents] as const),
  ]);
  for (const document of ['index.html', 'docs.html']) {
    const text = readFileSync(join(SOURCE, document), 'utf8');
    const linked = assets.reduce(
      (before, { name }) => before.replace(`/assets/${name.replace(/-\w+\./, '.')}"`, `/assets/${name}"`),
      text,
    );
    files.set(document, linked);
  }
  return files;
}

/** Writes all files. */
export async function buildPage(): Promise<void> {
  const files = await bundlePage();
  // A server that is running serves from this folder: it must not go away.
  mkdirSync(join(PAGE, 'assets'), { recursive: true });
  for (const [name, contents] of files) writeFileSync(join(PAGE, name), contents);
  for (const name of readdirSync(join(PAGE, 'assets'))) {
    if (!files.has(`assets/${name}`)) rmSync(join(PAGE, 'assets', name));
  }
}
