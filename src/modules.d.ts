// Files that a Worker imports as modules, by the rules in wrangler.toml.
declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}
declare module '*.onnx' {
  const bytes: ArrayBuffer;
  export default bytes;
}
declare module '*.bin' {
  const bytes: ArrayBuffer;
  export default bytes;
}

/** From `[define]` in wrangler.toml. */
declare const ENGINE: 'kernel' | 'ort';

/** What `import { env, exports } from 'cloudflare:workers'` gives. */
declare namespace Cloudflare {
  interface Env {
    /** Secrets: from `.dev.vars` on a laptop, by `wrangler secret put` in production. */
    readonly KEY_PEPPER?: string;
    readonly ADMIN_TOKEN?: string;
    readonly USAGE_SINK_TOKEN?: string;
    readonly ACCOUNTS: DurableObjectNamespace<import('./accounts/account-object.ts').AccountObject>;
    readonly ACCOUNT_DIRECTORY: DurableObjectNamespace<import('./accounts/directory.ts').AccountDirectory>;
    readonly PLANS: unknown;
    readonly USAGE_SINK: string;
    readonly USAGE_SINK_URL?: string;
    readonly STRIPE_METER?: string;
    readonly USAGE_EXPORT_SECONDS: number;
    readonly SEARCHES: DurableObjectNamespace<import('./index.ts').SearchCoordinator>;
    readonly SEARCH_INDICES: DurableObjectNamespace<import('./search/search-index.ts').SearchIndex>;
    readonly SEARCH_EVALUATIONS: number;
    readonly SEARCH_RETENTION_DAYS: number;
    /** `true` lets webhooks go to any http address: to try them out on one machine. */
    readonly WEBHOOKS_ANYWHERE?: string;
    readonly OPERATOR_MEMORY: DurableObjectNamespace<import('./operators/memory.ts').OperatorMemory>;
    /** The Worker of `wrangler.encoder.toml`. */
    readonly ENCODER: Fetcher;
    readonly OPERATOR_MEMORY_ROWS: number;
    readonly NEW_WORDS_PER_CALL: number;
    readonly NEW_WORDS_PER_DAY: number;
  }
  interface GlobalProps {
    mainModule: typeof import('./index.ts');
  }
}
