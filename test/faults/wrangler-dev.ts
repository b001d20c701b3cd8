import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const ROOT = join(import.meta.dirname, '../..');
const HOST = '127.0.0.1';
const ADMIN_TOKEN = 'token-of-the-tests';

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, HOST);
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}

/** The Workers of some configurations, in workerd as `npm start` runs them, with storage of their own. */
export class WranglerDev {
  readonly url: string;
  private readonly process: ChildProcess;
  /** The folder that everything is stored in. */
  readonly storage: string;
  private readonly configurations: readonly string[];
  private readonly variables: Readonly<Record<string, string>>;
  private log = '';

  private constructor(
    configurations: readonly string[],
    variables: Readonly<Record<string, string>>,
    port: number,
    storage: string,
  ) {
    this.url = `http://${HOST}:${port}`;
    this.configurations = configurations;
    this.variables = variables;
    this.storage = storage;
    const options = ['--local', '--ip', HOST, '--port', `${port}`, '--inspector-port', '0'];
    this.process = spawn(
      process.execPath,
      [
        join(ROOT, 'node_modules/wrangler/bin/wrangler.js'),
        'dev',
        ...configurations.flatMap((file) => ['-c', file]),
        ...options,
        ...['--persist-to', this.storage, '--show-interactive-dev-session=false', '--log-level', 'warn'],
        ...['--var', 'KEY_PEPPER:pepper-of-the-tests', '--var', `ADMIN_TOKEN:${ADMIN_TOKEN}`],
        ...Object.entries(variables).flatMap(([name, value]) => ['--var', `${name}:${value}`]),
      ],
      {
        cwd: ROOT,
        stdio: ['ignore', 'pipe', 'pipe'],
        // A process group of its own, so that workerd can be killed along with what started it.
        detached: true,
        env: {
          ...process.env,
          CLOUDFLARE_CF_FETCH_ENABLED: 'false',
          // A registry of its own: a `wrangler dev` of somebody else on this machine must not lend its Workers.
          CLOUDFLARE_DEV_REGISTRY_PATH: join(this.storage, 'registry'),
          WRANGLER_REGISTRY_PATH: join(this.storage, 'registry'),
          WRANGLER_HIDE_BANNER: 'true',
          WRANGLER_SEND_ERROR_REPORTS: 'false',
          WRANGLER_SEND_METRICS: 'false',
        },
      },
    );
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.on('data', (text: Buffer) => {
        this.log += text.toString();
      });
    }
  }

  /** @throws Error with what wrangler said, when nothing answers within a minute and a half */
  static async start(
    configurations: readonly string[],
    variables: Readonly<Record<string, string>> = {},
  ): Promise<WranglerDev> {
    const storage = mkdtempSync(join(tmpdir(), 'tgnas-faults-'));
    const server = new WranglerDev(configurations, variables, await freePort(), storage);
    await server.answers();
    return server;
  }

  /** Resolves once it answers, as `start` does. */
  async answers(): Promise<void> {
    const deadline = Date.now() + 90_000;
    while (Date.now() < deadline && this.process.exitCode === null) {
      // A request that arrives while it starts may never be answered.
      const signal = AbortSignal.timeout(3_000);
      const answer = await fetch(`${this.url}/openapi.json`, { signal }).catch(() => undefined);
      if (answer?.ok) return;
      await sleep(200);
    }
    await this.stop();
    throw new Error(`wrangler dev did not answer: ${this.log}`);
  }

  /** A key of a new account. */
  async newKey(): Promise<string> {
    const { id } = await this.administer<{ id: string }>('/accounts', { name: 'tests', plan: 'unlimited' });
    const wanted = { name: 'tests', scopes: ['score', 'search', 'read'] };
    return (await this.administer<{ key: string }>(`/accounts/${id}/keys`, wanted)).key;
  }

  private async administer<Answer>(path: string, body: object): Promise<Answer> {
    const answer = await this.post(`/v1/admin${path}`, body, ADMIN_TOKEN);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Answer;
  }

  post(path: string, body: object, key: string): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  get(path: string, key: string): Promise<Response> {
    return fetch(`${this.url}${path}`, { headers: { Authorization: `Bearer ${key}` } });
  }

  /** All that was printed. */
  get said(): string {
    return this.log;
  }

  /** Kills everything at once, as a power cut would, and waits until it answers again on what was stored. */
  async killAndRestart(): Promise<WranglerDev> {
    const again = await this.killAndRelaunch();
    await again.answers();
    return again;
  }

  /** The same without waiting: `answers` says when it is up. */
  async killAndRelaunch(): Promise<WranglerDev> {
    const { pid, exitCode } = this.process;
    if (pid === undefined || exitCode !== null) throw new Error(`wrangler dev is gone: ${this.log}`);
    const exit = once(this.process, 'exit');
    process.kill(-pid, 'SIGKILL');
    await exit;
    return new WranglerDev(this.configurations, this.variables, await freePort(), this.storage);
  }

  /** The SQLite file of a Durable Object, by its class and its id. */
  fileOf(className: string, id: string): string {
    return join(this.storage, 'v3', 'do', `tgnas-edge-${className}`, `${id}.sqlite`);
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null) {
      this.process.kill('SIGINT');
      await once(this.process, 'exit');
    }
    rmSync(this.storage, { recursive: true, force: true });
  }
}
