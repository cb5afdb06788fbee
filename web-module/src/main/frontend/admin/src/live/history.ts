import type { Overview } from "../api/types.js";

/** One second of the figures that charts draw; NaN where there is none. */
export interface Sample {
  atSeconds: number;
  connections: number;
  online: number;
  publishes: number;
  deliveries: number;
  p50: number;
  p95: number;
  p99: number;
}

/** How far the charts reach back. */
export const KEPT_SECONDS = 15 * 60;

export function sampleOf(overview: Overview): Sample {
  const { total } = overview;
  return {
    atSeconds: new Date(overview.at).getTime() / 1000,
    connections: total.connections,
    online: overview.online,
    publishes: total.publishesPerSecond ?? Number.NaN,
    deliveries: total.deliveriesPerSecond ?? Number.NaN,
    p50: total.latencyMillis?.p50 ?? Number.NaN,
    p95: total.latencyMillis?.p95 ?? Number.NaN,
    p99: total.latencyMillis?.p99 ?? Number.NaN,
  };
}

/**
 * The samples with one more. A repeated or older one is dropped; a pause leaves a gap in time, which
 * the charts show as such by one sample without figures.
 */
export function appended(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = samples.at(-1);
  if (last !== undefined && sample.atSeconds <= last.atSeconds) {
    return samples;
  }
  const gap = last !== undefined && sample.atSeconds - last.atSeconds > 5;
  const next = gap ? [...samples, blank(last.atSeconds + 1), sample] : [...samples, sample];
  const oldest = sample.atSeconds - KEPT_SECONDS;
  const from = next.findIndex((other) => other.atSeconds >= oldest);
  return from > 0 ? next.slice(from) : next;
}

function blank(atSeconds: number): Sample {
  const none = Number.NaN;
  return {
    atSeconds,
    connections: none,
    online: none,
    publishes: none,
    deliveries: none,
    p50: none,
    p95: none,
    p99: none,
  };
}
