/**
 * @file `npm run bench:page`: what the page costs who opens it, in Chromium, against the server that `npm start`
 * runs. Every visit has an empty cache. On a phone's processor, four times slower, and on this one.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Table from 'cli-table3';
import { Command } from 'commander';
import { type Browser, chromium, type Page } from 'playwright-core';
import { median } from './bench/statistics.ts';

const KEY_FILE = join(import.meta.dirname, '..', '.wrangler', 'local-key');

const flags = new Command('npm run bench:page --')
  .description('Measures the page of a server that runs; medians of some visits.')
  .option('--url <url>', 'of the server', 'http://127.0.0.1:8787')
  .option('--visits <n>', 'of each kind', Number, 5)
  .option('--json', 'print the figures as JSON', false)
  .parse()
  .opts<{ url: string; visits: number; json: boolean }>();

interface Visit {
  /** Over the wire, compressed, headers included. */
  readonly kilobytes: number;
  readonly requests: number;
  readonly firstContentfulPaint: number;
  /** Until the first score stands there: all that answers to clicks does by then. Milliseconds, as the others. */
  readonly interactive: number;
  readonly layoutShift: number;
}

/** Runs in the page before anything else does. */
const OBSERVE = `
  window.shift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.shift += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });`;

async function visit(
  browser: Browser,
  path: string,
  ready: (page: Page) => Promise<unknown>,
  slower: number,
) {
  const context = await browser.newContext({ viewport: { width: 1360, height: 900 } });
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: slower });
  let [bytes, requests] = [0, 0];
  devtools.on('Network.requestWillBeSent', () => {
    requests++;
  });
  devtools.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await page.addInitScript(OBSERVE);
  await page.goto(`${flags.url}${path}`);
  await ready(page);
  const interactive = await page.evaluate<number>('performance.now()');
  // What comes late may still move what is there.
  await page.waitForTimeout(500 * slower);
  const [paint, layoutShift] = await page.evaluate<[number, number]>(
    `[performance.getEntriesByName('first-contentful-paint')[0].startTime, window.shift]`,
  );
  await context.close();
  return { kilobytes: bytes / 1e3, requests, firstContentfulPaint: paint, interactive, layoutShift };
}

async function medians(visits: number, once: () => Promise<Visit>): Promise<Visit> {
  const seen: Visit[] = [];
  for (let i = 0; i < visits; i++) seen.push(await once());
  const of = (name: keyof Visit): number => median(seen.map((each) => each[name]));
  return {
    kilobytes: of('kilobytes'),
    requests: of('requests'),
    firstContentfulPaint: of('firstContentfulPaint'),
    interactive: of('interactive'),
    layoutShift: of('layoutShift'),
  };
}

const scored = (page: Page): Promise<unknown> =>
  page.locator('output.score', { hasText: /^0\.\d/ }).waitFor();
const described = (page: Page): Promise<unknown> => page.getByText('/v1/score').first().waitFor();

const key = readFileSync(KEY_FILE, 'utf8').trim();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu'],
});
// The server's own first answer is not the page's.
await visit(browser, `/#key=${key}`, scored, 1);
const figures = {
  page: await medians(flags.visits, () => visit(browser, `/#key=${key}`, scored, 1)),
  'page, processor 4 times slower': await medians(flags.visits, () =>
    visit(browser, `/#key=${key}`, scored, 4),
  ),
  'reference (/docs)': await medians(flags.visits, () => visit(browser, '/docs', described, 1)),
};
await browser.close();

if (flags.json) console.log(JSON.stringify(figures, undefined, 1));
else {
  const head = ['', 'KB', 'requests', 'first paint, ms', 'interactive, ms', 'layout shift'];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const [name, figure] of Object.entries(figures)) {
    const { kilobytes, requests, firstContentfulPaint, interactive, layoutShift } = figure;
    const times = [firstContentfulPaint, interactive].map((time) => time.toFixed(0));
    table.push([name, kilobytes.toFixed(0), requests, ...times, layoutShift.toFixed(4)]);
  }
  console.log(table.toString());
}
