import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/workers/**'],
        },
      },
      {
        // Inside workerd. Starting it and its ONNX runtime takes seconds, so all files share one isolate.
        plugins: [
          cloudflareTest({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: { bindings: { LOCAL_KEY: 'tgk_local_of_the_tests' } },
          }),
        ],
        test: {
          name: 'workers',
          include: ['test/workers/**/*.test.ts'],
          isolate: false,
          fileParallelism: false,
          testTimeout: 30_000,
        },
      },
    ],
  },
});
