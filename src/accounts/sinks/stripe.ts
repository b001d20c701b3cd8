/**
 * Meter events of Stripe Billing. The meter's event ingestion is to be raw, and its aggregation a sum.
 *
 * Stripe keeps identifiers apart for at least 24 hours, and refuses one that it has had before; that refusal says
 * that the event has arrived. Only an event that arrived while its answer was lost, and that could not be sent again
 * for a day, might be counted twice.
 */
import type Stripe from 'stripe';
import type { MeteringEvent, Sink } from '../outbox.ts';

export interface StripeMeter {
  /** The secret key. */
  readonly key: string;
  /** The meter's event name. */
  readonly meter: string;
  /** Stripe's API. */
  readonly url: string;
  /** Longest that a call may take, in milliseconds. */
  readonly patience: number;
}

/** What Stripe says of an identifier that it knows; it comes as a 400 without a code of its own. */
const HAD_BEFORE = /already exists with identifier/i;

async function client({ key, url, patience }: StripeMeter): Promise<Stripe> {
  // The library is large and not needed to score.
  const { default: Stripe } = await import('stripe');
  const { protocol, hostname, port } = new URL(url);
  return new Stripe(key, {
    httpClient: Stripe.createFetchHttpClient(),
    protocol: protocol === 'http:' ? 'http' : 'https',
    host: hostname,
    ...(port === '' ? {} : { port }),
    timeout: patience,
    // The outbox tries again, and with the same identifier.
    maxNetworkRetries: 0,
    telemetry: false,
  });
}

export function stripeSink(meter: StripeMeter): Sink {
  let opening: Promise<Stripe> | undefined;

  /** @returns whether the event has arrived */
  async function send(stripe: Stripe, { id, customer, units, time }: MeteringEvent): Promise<boolean> {
    try {
      await stripe.billing.meterEvents.create({
        event_name: meter.meter,
        identifier: id,
        timestamp: Math.floor(time / 1_000),
        payload: { stripe_customer_id: customer ?? '', value: String(units) },
      });
      return true;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (HAD_BEFORE.test(error.message)) return true;
      console.error(`Stripe did not take the metering event ${id}: ${error.message}`);
      return false;
    }
  }

  return {
    needsCustomer: true,
    async deliver(events) {
      opening ??= client(meter);
      const stripe = await opening;
      const taken: string[] = [];
      for (const event of events) {
        if (await send(stripe, event)) taken.push(event.id);
      }
      return taken;
    },
  };
}
