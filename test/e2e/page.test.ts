/** The page in Debian's Chromium, against the Worker under `wrangler dev`. `CHROMIUM` names another browser. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { buildPage } from '../../scripts/page-files.ts';
import { WranglerDev } from '../faults/wrangler-dev.ts';
import { Relay } from './relay.ts';

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';
/** Pictures of what the tests see, where somebody wants to look at them. */
const SCREENSHOTS = process.env.SCREENSHOTS;

let server: WranglerDev;
let relay: Relay;
let browser: Browser;
let key = '';
let page: Page;
const wrong: string[] = [];

beforeAll(async () => {
  await buildPage();
  server = await WranglerDev.start(['wrangler.toml']);
  relay = await Relay.open(() => server.url);
  key = await server.newKey();
  browser = await chromium.launch({
    executablePath: EXECUTABLE,
    args: ['--headless', '--no-sandbox', '--disable-gpu'],
  });
});
afterAll(async () => {
  await browser?.close();
  relay?.close();
  await server?.stop();
});

/** What moves without having been asked to, as Web Vitals count it. */
const OBSERVE_SHIFTS = `
  window.shift = 0;
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) window.shift += value;
  }).observe({ type: 'layout-shift', buffered: true });`;
const shift = (): Promise<number> => page.evaluate<number>('window.shift');

/** A fresh visit: with the key in the address, as `npm start` prints it, unless the address says otherwise. */
async function visit(
  address = `#key=${key}`,
  options: Parameters<Browser['newPage']>[0] = {},
): Promise<void> {
  page = await browser.newPage(options);
  page.setDefaultTimeout(20_000);
  page.on('pageerror', (error) => wrong.push(String(error)));
  await page.addInitScript(OBSERVE_SHIFTS);
  await page.goto(`${relay.url}/${address}`);
}

afterEach(async ({ task }) => {
  if (SCREENSHOTS !== undefined) {
    mkdirSync(SCREENSHOTS, { recursive: true });
    const name = task.name.replaceAll(/\W+/g, '-').slice(0, 60);
    await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
  }
  await page.close();
  expect(wrong.splice(0)).toEqual([]);
});

const scoreShown = async (): Promise<number> => Number(await page.locator('output.score').textContent());

/** The score, once it is another than before. */
async function scoreAfter(before: number): Promise<number> {
  await expect.poll(scoreShown, { timeout: 20_000 }).not.toBe(before);
  await expect.poll(scoreShown).toBeGreaterThan(0);
  return scoreShown();
}

async function startSearch(space: string, evaluations: number, algorithm = 'evolution'): Promise<void> {
  await page.getByRole('link', { name: 'Search', exact: true }).click();
  await page.getByLabel('Space').selectOption(space);
  await page.getByLabel('Algorithm').selectOption(algorithm);
  await page.getByLabel('Evaluations', { exact: true }).first().fill(String(evaluations));
  await page.getByRole('button', { name: 'Start search' }).click();
  await page.waitForURL(/#search\/\w+/);
}

const evaluationsShown = async (): Promise<number> =>
  Number(await page.getByRole('progressbar', { name: 'Evaluations' }).getAttribute('value'));

test('an operator changed on its edge changes the text, the graph and the score', async () => {
  await visit();
  expect(page.url()).not.toContain(key);
  const before = await scoreAfter(Number.NaN);
  await page.getByLabel('edge 2-3').selectOption({ label: 'none' });
  await page.getByLabel('edge 1-3').selectOption({ label: 'none' });
  const after = await scoreAfter(before);
  expect(after).toBeLessThan(before);
  const text = await page.getByLabel('Architecture as text').inputValue();
  expect(text.endsWith('|none~1|none~2|')).toBe(true);
  // What led to the two edges alone has no effect any more: all is grey but the skip from 0 to 3.
  const living = page.locator('.node[data-dead=false]');
  expect(await living.locator('text').allTextContents()).toEqual(['input', 'skip', 'output']);
  await page.getByLabel('As it is scored').check();
  expect(await page.locator('.node text').allTextContents()).toEqual(['input', 'output']);
});

test('a text that cannot be read is told of by its place, and the last score stays where it was', async () => {
  await visit();
  const before = await scoreAfter(Number.NaN);
  const box = await page.locator('output.score').boundingBox();
  const text = page.getByLabel('Architecture as text');
  await text.fill('|nor_conv_5x5~0|+|none~0|none~1|+|none~0|none~1|none~2|');
  await page.getByText('expected one of none, skip_connect').waitFor();
  expect(await scoreShown()).toBe(before);
  expect(await page.locator('output.score').boundingBox()).toEqual(box);
  await page.getByLabel('Architecture', { exact: true }).selectOption('dag');
  await text.fill(
    (await text.inputValue()).replace('convolution 3 by 3', '3x3 convolution, batch norm, ReLU'),
  );
  await scoreAfter(before);
  await page.getByText('How operators were understood').waitFor();
});

test('all of it can be done by keyboard, and is readable on a phone', async () => {
  await visit(`#key=${key}`, { viewport: { width: 390, height: 844 } });
  const before = await scoreAfter(Number.NaN);
  const wider = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
  expect(wider).toBeLessThanOrEqual(0);
  await page.getByLabel('Architecture as text').focus();
  await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe('edge 0-1');
  await page.keyboard.type('none');
  await scoreAfter(before);
});

test.each([
  ['a desk', { width: 1360, height: 900 }],
  ['a phone', { width: 390, height: 844 }],
])('nothing moves while answers arrive, on %s', async (_, viewport) => {
  await visit(`#key=${key}`, { viewport });
  await scoreAfter(Number.NaN);
  await startSearch('nas-bench-201', 300);
  await page.getByText('completed: the budget is used up').waitFor();
  expect(await shift()).toBeLessThan(0.001);
});

test('a space is chosen by its name, and its operators are there to choose from', async () => {
  await visit();
  const before = await scoreAfter(Number.NaN);
  await page.getByLabel('Architecture', { exact: true }).selectOption('NAS-Bench-Macro');
  const score = await scoreAfter(before);
  await page.getByLabel('position 1 operator').selectOption({ label: 'conv 1×1' });
  await scoreAfter(score);
  expect(await page.getByLabel('Architecture', { exact: true }).inputValue()).toBe('macro-chain');
});

test('a search runs to its end, and its best network is opened and copied', async () => {
  await visit();
  await startSearch('nas-bench-201', 400);
  await page.getByText('completed: the budget is used up').waitFor();
  expect(await evaluationsShown()).toBe(400);
  expect(await page.locator('.charts svg circle').count()).toBeGreaterThan(50);
  expect(await page.locator('.charts svg rect').count()).toBeGreaterThan(5);
  const found = await page.locator('.best .architecture').textContent();
  const score = await page.locator('.best dd').first().textContent();
  await page.getByRole('button', { name: 'Open the best' }).click();
  expect(await page.getByLabel('Architecture as text').inputValue()).toBe(found);
  await expect.poll(scoreShown).toBe(Number(score));
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'PyTorch' }).click();
  await page.getByText('Copied').waitFor();
  expect(await page.evaluate('navigator.clipboard.readText()')).toContain('class Network');
});

test('a search is cancelled where it stands, and listed as cancelled', async () => {
  await visit();
  await startSearch('darts', 50_000, 'regularized-evolution');
  await expect.poll(evaluationsShown, { timeout: 20_000 }).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('heading', { name: 'cancelled' }).waitFor();
  await page.locator('.recent .badge', { hasText: 'cancelled' }).waitFor();
  expect(await evaluationsShown()).toBeLessThan(50_000);
});

test('a key that is none is refused with the reason, and the right one is taken', async () => {
  await visit('#key=tgk_nobody');
  await page.getByText('the key is mistyped').waitFor();
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Use key' }).click();
  await scoreAfter(Number.NaN);
});

test('without a key, the page asks for one and calls nothing', async () => {
  const called: string[] = [];
  await visit('');
  page.on('request', (request) => called.push(request.url()));
  await page.reload();
  await page.getByLabel('API key').waitFor();
  expect(called.filter((url) => url.includes('/v1/'))).toEqual([]);
});

test('what the day cost is shown by day and by key', async () => {
  await visit();
  await scoreAfter(Number.NaN);
  await page.getByRole('link', { name: 'Usage' }).click();
  await page.getByText(/units in .* calls/).waitFor();
  expect(await page.getByRole('row').filter({ hasText: 'score' }).count()).toBe(1);
});

test('the reference shows every operation, and nothing is asked of another host', async () => {
  const hosts = new Set<string>();
  await visit();
  page.on('request', (request) => hosts.add(new URL(request.url()).host));
  await page.goto(`${relay.url}/docs`);
  await page.getByText('/v1/score').first().waitFor();
  expect([...hosts]).toEqual([new URL(relay.url).host]);
});

test('a server killed in the middle of a stream comes back, and the page watches on to the end', async () => {
  await visit();
  await startSearch('nas-bench-101', 2_000, 'regularized-evolution');
  await expect.poll(evaluationsShown, { timeout: 20_000 }).toBeGreaterThan(0);
  const before = await evaluationsShown();
  expect(before).toBeLessThan(2_000);
  server = await server.killAndRestart();
  await page.getByText('completed: the budget is used up').waitFor({ timeout: 80_000 });
  expect(await evaluationsShown()).toBe(2_000);
}, 120_000);
