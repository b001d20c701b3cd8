/**
 * `npm run deploy`: the Workers to Cloudflare, the encoder first, as the other is bound to it. Options are
 * wrangler's, for instance `-- --dry-run`.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildEncoder } from './minilm/encoder-files.ts';
import { buildPage } from './page-files.ts';

const ROOT = join(import.meta.dirname, '..');
const wrangler = join(ROOT, 'node_modules/wrangler/bin/wrangler.js');
const options = process.argv.slice(2);

function deploy(config: string): boolean {
  const { status } = spawnSync(process.execPath, [wrangler, 'deploy', '-c', config, ...options], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false', WRANGLER_SEND_ERROR_REPORTS: 'false' },
  });
  process.exitCode = status ?? 1;
  return status === 0;
}

await buildEncoder();
await buildPage();
const deployed = deploy('wrangler.encoder.toml') && deploy('wrangler.toml');
if (deployed && !options.includes('--dry-run')) {
  process.stdout.write(
    `Until it has its secrets the Worker refuses every call under /v1. Set them once:
  npx wrangler secret put KEY_PEPPER     # at least 32 random characters; changing it ends every key
  npx wrangler secret put ADMIN_TOKEN    # letters and digits; opens /v1/admin
`,
  );
}
