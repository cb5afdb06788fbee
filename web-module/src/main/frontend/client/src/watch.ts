import type { Client } from "./types";

/** One object of a kind for each client and key. */
export function onePerClient<T>(): (client: Client, key: string, make: () => T) => T {
  const clients = new WeakMap<Client, Map<string, T>>();
  return (client, key, make) => {
    let made = clients.get(client);
    if (made === undefined) {
      made = new Map();
      clients.set(client, made);
    }
    let one = made.get(key);
    if (one === undefined) {
      one = make();
      made.set(key, one);
    }
    return one;
  };
}

const LINGER_MILLIS = 500;

/** Runs something while anybody wants it, and a moment longer. */
export class Users {
  private count = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stop: (() => void) | null = null;

  /** @param start begins it, and returns what ends it */
  constructor(private readonly start: () => () => void) {}

  /** One more wants it, until the returned function is called. */
  enter(): () => void {
    clearTimeout(this.timer);
    this.count++;
    this.stop ??= this.start();
    let left = false;
    return () => {
      if (!left) {
        left = true;
        this.count--;
        if (this.count === 0) {
          this.timer = setTimeout(() => {
            this.stop?.();
            this.stop = null;
          }, LINGER_MILLIS);
        }
      }
    };
  }
}

/** Loads something with each connection, one load at a time; what changed meanwhile loads again. */
export function loader(client: Client, load: () => Promise<void>): () => void {
  let running = false;
  let again = false;
  return async function now() {
    if (running) {
      again = true;
      return;
    }
    running = true;
    do {
      again = false;
      await load();
    } while (again && client.connection.get().status !== "closed");
    running = false;
  };
}
