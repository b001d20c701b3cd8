/** Where usage is exported to, as the Worker is configured. */
import type { Sink } from '../outbox.ts';
import { cloudEventsSink } from './cloud-events.ts';
import { stripeSink } from './stripe.ts';

export interface SinkBindings {
  /** `none`, `stripe` or `cloudevents`. */
  readonly USAGE_SINK: string;
  /** Where CloudEvents are posted to; for Stripe, its API, unless it is the real one. */
  readonly USAGE_SINK_URL?: string;
  /** A secret: the bearer token for CloudEvents, the secret key for Stripe. */
  readonly USAGE_SINK_TOKEN?: string;
  /** The event name of the meter at Stripe. */
  readonly STRIPE_METER?: string;
}

/** Longest that one delivery may take. */
const PATIENCE_MS = 10_000;

/**
 * @returns nothing where usage stays here
 * @throws Error where something is missing: usage that nobody invoices is worse than a server that does not start
 */
export function sinkOf(bindings: SinkBindings, patience = PATIENCE_MS): Sink | undefined {
  const { USAGE_SINK: kind, USAGE_SINK_URL: url, USAGE_SINK_TOKEN: token, STRIPE_METER: meter } = bindings;
  switch (kind) {
    case 'none':
      return undefined;
    case 'cloudevents':
      if (!url) throw new Error('USAGE_SINK is cloudevents, and USAGE_SINK_URL is not set');
      return cloudEventsSink({ url, token, patience });
    case 'stripe':
      if (!token || !meter) throw new Error('USAGE_SINK is stripe; set USAGE_SINK_TOKEN and STRIPE_METER');
      return stripeSink({ key: token, meter, url: url || 'https://api.stripe.com', patience });
    default:
      throw new Error(`expected USAGE_SINK to be none, stripe or cloudevents, got ${JSON.stringify(kind)}`);
  }
}
