/**
 * `npm start`: the Worker on this machine, by `wrangler dev`. Makes an account and a key at the first start, waits
 * until the server answers and prints a call that works as it stands.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { SCOPES } from '../src/accounts/keyring.ts';
import { nasBench201 } from '../src/formats/nas-bench-201.ts';
import { buildEncoder } from './minilm/encoder-files.ts';
import { buildPage } from './page-files.ts';

const HOST = '127.0.0.1';
const ROOT = join(import.meta.dirname, '..');
/** Beside the local account, which wrangler keeps in `.wrangler/state`. */
const KEY_FILE = join(ROOT, '.wrangler', 'local-key');
/** What wrangler reads a Worker's secrets from when it runs on a laptop; git ignores it. */
const SECRETS = join(ROOT, '.dev.vars');
const PATIENCE_SECONDS = 120;

const newAccount = z.object({ id: z.string() });
const issuedKey = z.object({ key: z.string() });

/** Secrets of this checkout, made when there are none yet: they open nothing but what is kept beside them. */
function localSecret(name: string): string {
  const secrets = existsSync(SECRETS) ? readFileSync(SECRETS, 'utf8') : '';
  const known = new RegExp(`^${name}=(\\S+)$`, 'm').exec(secrets)?.[1];
  if (known !== undefined) return known;
  const secret = randomBytes(20).toString('hex');
  const separator = secrets === '' || secrets.endsWith('\n') ? '' : '\n';
  appendFileSync(SECRETS, `${separator}${name}=${secret}\n`, { mode: 0o600 });
  return secret;
}

/** @throws Error when the Worker does not do what it is asked */
async function administer(url: string, path: string, token: string, body: object): Promise<unknown> {
  const answer = await fetch(`${url}/v1/admin${path}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** The key of the local account. Both are made at the first start, and when the storage was emptied since. */
async function localKey(url: string, token: string): Promise<string> {
  if (existsSync(KEY_FILE)) {
    const known = readFileSync(KEY_FILE, 'utf8').trim();
    const answer = await fetch(`${url}/v1/usage`, { headers: { Authorization: `Bearer ${known}` } });
    if (answer.ok) return known;
  }
  const { id } = newAccount.parse(
    await administer(url, '/accounts', token, { name: 'local', plan: 'unlimited' }),
  );
  const wanted = { name: 'npm start', scopes: SCOPES };
  const { key } = issuedKey.parse(await administer(url, `/accounts/${id}/keys`, token, wanted));
  writeFileSync(KEY_FILE, `${key}\n`, { mode: 0o600 });
  return key;
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, HOST, () => probe.close(() => resolve(true)));
  });

/** Starts `wrangler dev`: no prompts, no telemetry, nothing fetched. */
function startWrangler(port: number): ChildProcess {
  const wrangler = join(ROOT, 'node_modules/wrangler/bin/wrangler.js');
  const options = [
    'dev',
    '-c',
    'wrangler.toml',
    '-c',
    'wrangler.encoder.toml',
    '--local',
    '--ip',
    HOST,
    '--port',
    String(port),
    '--inspector-port',
    '0',
  ];
  return spawn(
    process.execPath,
    [wrangler, ...options, '--show-interactive-dev-session=false', '--log-level', 'warn'],
    {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        CLOUDFLARE_CF_FETCH_ENABLED: 'false',
        WRANGLER_HIDE_BANNER: 'true',
        WRANGLER_NO_SKILLS_UPDATE_PROMPTS: 'true',
        WRANGLER_SEND_ERROR_REPORTS: 'false',
        WRANGLER_SEND_METRICS: 'false',
      },
    },
  );
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/healthz`)).ok;
  } catch {
    return false;
  }
}

function callFor(url: string, key: string): string {
  const body = JSON.stringify({ format: nasBench201.id, architectures: [nasBench201.example] });
  return [
    `curl -s ${url}/v1/score`,
    `-H 'Authorization: Bearer ${key}'`,
    `-H 'Content-Type: application/json'`,
    `-d '${body}'`,
  ].join(' \\\n    ');
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new InvalidArgumentError('Expected a port from 1 to 65535.');
  }
  return port;
}

async function start({ port }: { port: number }): Promise<void> {
  if (!(await isFree(port))) {
    process.stderr.write(`Port ${port} is taken; try: npm start -- --port ${port + 1}\n`);
    process.exitCode = 1;
    return;
  }
  const adminToken = localSecret('ADMIN_TOKEN');
  localSecret('KEY_PEPPER');
  const url = `http://${HOST}:${port}`;
  await buildEncoder();
  await buildPage();
  process.stdout.write('Starting the Worker ...\n');
  const server = startWrangler(port);
  let running = true;
  let stopping = false;
  server.once('exit', (code) => {
    running = false;
    process.exitCode = stopping ? 0 : (code ?? 1);
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stopping = true;
      server.kill(signal);
    });
  }

  const deadline = Date.now() + PATIENCE_SECONDS * 1_000;
  while (running && !stopping && !(await answers(url))) {
    if (Date.now() > deadline) {
      process.stderr.write(`The Worker did not answer within ${PATIENCE_SECONDS} s\n`);
      server.kill('SIGTERM');
      return;
    }
    await sleep(200);
  }
  if (!running || stopping) return;
  const key = await localKey(url, adminToken);
  process.stdout.write(
    `tgnas-edge answers at ${url} (described at ${url}/docs)\n\n  ${callFor(url, key)}\n\nThe page, with this key: ${url}/#key=${key}\n\nCtrl-C stops it.\n`,
  );
}

await new Command('npm start --')
  .description('Runs the Worker on this machine.')
  .option('--port <port>', 'port to listen on', portNumber, 8_787)
  .action(start)
  .parseAsync();
