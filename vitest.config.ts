import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import { encoderService } from './test/workers/encoder-service.ts';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/workers/**', 'test/e2e/**'],
          // Tests of the command line start processes, which takes its time on a busy machine.
          testTimeout: 30_000,
        },
      },
      {
        // Inside workerd. Starting it and its ONNX runtime takes seconds, so all files share one isolate.
        plugins: [
          cloudflareTest({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              bindings: {
                KEY_PEPPER: 'pepper of the tests',
                ADMIN_TOKEN: 'token-of-the-tests',
                PLANS: {
                  hundred: { unitsPerMonth: 100, requestsPerSecond: 1_000, burst: 1_000, searches: 1 },
                  single: { requestsPerSecond: 1_000, burst: 1_000, searches: 1 },
                  unlimited: { requestsPerSecond: 1_000, burst: 10_000, searches: 16 },
                },
              },
              serviceBindings: { ENCODER: encoderService },
            },
          }),
        ],
        test: {
          name: 'workers',
          include: ['test/workers/**/*.test.ts'],
          isolate: false,
          fileParallelism: false,
          testTimeout: 60_000,
        },
      },
    ],
  },
});
