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

/** What `import { env, exports } from 'cloudflare:workers'` gives. */
declare namespace Cloudflare {
  interface Env {
    /** The key that callers present. From `.dev.vars` on a laptop, a secret in production. */
    readonly LOCAL_KEY?: string;
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
