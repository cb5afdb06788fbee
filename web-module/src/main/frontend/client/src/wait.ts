import type { CarillonError } from "./errors";

const FIRST_MILLIS = 2_000; // the first attempts of all clients of a node that died spread over this
const MAX_MILLIS = 30_000;
const SOON_MILLIS = 500;
const MAX_ADVICE_MILLIS = 300_000;

/**
 * How long to wait before the next attempt: the server's advice where there is one, else longer
 * with each failure, and never the same for all clients.
 *
 * @param failures in a row, this one included
 */
export function delayBefore(
  failures: number,
  error: CarillonError | null,
  random: () => number,
): number {
  const advice = error?.retryAfterMillis;
  if (advice) {
    return Math.min(advice, MAX_ADVICE_MILLIS) * (1 + random() / 4);
  }
  if (error?.retry === "NOW" && failures <= 1) {
    return random() * SOON_MILLIS;
  }
  if (failures <= 1) {
    return random() * FIRST_MILLIS;
  }
  return Math.min(MAX_MILLIS, 1_000 * 2 ** (failures - 1)) * (1 + random()) * 0.5;
}

/** A wait that can be ended early. */
export class Pause {
  private end: (() => void) | null = null;

  /** Waits; one at a time. */
  for(millis: number): Promise<void> {
    this.wake();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.wake(), millis);
      this.end = () => {
        clearTimeout(timer);
        this.end = null;
        resolve();
      };
    });
  }

  /** Ends the wait, if there is one. */
  wake(): void {
    this.end?.();
  }
}
