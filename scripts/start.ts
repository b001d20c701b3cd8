/**
 * `npm start`: the Worker on this machine, by `wrangler dev`. Makes a key at the first start, waits until the
 * server answers and prints a call that works as it stands.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { nasBench201 } from '../src/formats/nas-bench-201.ts';
import { buildEncoder } from './minilm/encoder-files.ts';

const HOST = '127.0.0.1';
const ROOT = join(import.meta.dirname, '..');
/** What wrangler reads a Worker's secrets from when it runs on a laptop; git ignores it. */
const SECRETS = join(ROOT, '.dev.vars');
const PATIENCE_SECONDS = 120;

/** The key of this checkout, made when there is none yet. */
function localKey(): string {
  const secrets = existsSync(SECRETS) ? readFileSync(SECRETS, 'utf8') : '';
  const known = /^LOCAL_KEY=(\S+)$/m.exec(secrets)?.[1];
  if (known !== undefined) return known;
  const key = `tgk_local_${randomBytes(20).toString('hex')}`;
  const separator = secrets === '' || secrets.endsWith('\n') ? '' : '\n';
  appendFileSync(SECRETS, `${separator}LOCAL_KEY=${key}\n`, { mode: 0o600 });
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
  const key = localKey();
  const url = `http://${HOST}:${port}`;
  await buildEncoder();
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
  process.stdout.write(
    `tgnas-edge answers at ${url} (described at ${url}/openapi.json)\n\n  ${callFor(url, key)}\n\nCtrl-C stops it.\n`,
  );
}

await new Command('npm start --')
  .description('Runs the Worker on this machine.')
  .option('--port <port>', 'port to listen on', portNumber, 8_787)
  .action(start)
  .parseAsync();
