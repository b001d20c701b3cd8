/** `npm run deploy`: the Worker to Cloudflare. Options are wrangler's, for instance `-- --dry-run`. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const wrangler = join(ROOT, 'node_modules/wrangler/bin/wrangler.js');
const options = process.argv.slice(2);

const { status } = spawnSync(process.execPath, [wrangler, 'deploy', ...options], {
  cwd: ROOT,
  stdio: 'inherit',
  env: { ...process.env, WRANGLER_SEND_METRICS: 'false', WRANGLER_SEND_ERROR_REPORTS: 'false' },
});
process.exitCode = status ?? 1;
if (status === 0 && !options.includes('--dry-run')) {
  process.stdout.write(
    'Until it has a key the Worker refuses every call under /v1. Set one: npx wrangler secret put LOCAL_KEY\n',
  );
}
