import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { bundlePage } from '../../scripts/page-files.ts';

const files = await bundlePage();

test("the page's script is 250 KB or less over the wire", () => {
  const scripts = [...files].filter(([name]) => /^assets\/page-\w+\.js$/.test(name));
  expect(scripts).toHaveLength(1);
  expect(gzipSync(scripts[0]?.[1] ?? '', { level: 9 }).byteLength).toBeLessThanOrEqual(250_000);
});

test('pages load files that are there, under names that change with what is in them, and nothing else', () => {
  for (const document of ['index.html', 'docs.html']) {
    const text = String(files.get(document));
    const loads = text.matchAll(/<(?:script|link)[^>]* (?:src|href)="\/?([^"]+)"/g);
    const loaded = [...loads].map(([, path = '']) => path);
    expect(loaded.length).toBeGreaterThan(1);
    expect(loaded.filter((path) => !files.has(path))).toEqual([]);
    expect(loaded.filter((path) => !/^(icon\.svg|assets\/[a-z]+-\w{8}\.(js|css))$/.test(path))).toEqual([]);
  }
});
