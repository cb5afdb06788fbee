import type { Environment } from "../src/types";

/** Locks and broadcast channels of one browser profile; each tab can be killed. */
export class FakeBrowser {
  private readonly held = new Map<string, { tab: number; reject: (error: Error) => void }>();
  private readonly queue: { name: string; tab: number; run: () => void }[] = [];
  private readonly channels = new Set<{
    tab: number;
    name: string;
    hear: (note: unknown) => void;
  }>();
  private readonly dead = new Set<number>();
  private tabs = 0;

  /** A new tab's part of the environment, and its end. */
  open(): { part: Partial<Environment>; kill: () => void } {
    const tab = this.tabs++;
    const browser = this;
    const locks = {
      request: (name: string, ...rest: unknown[]) => {
        const callback = rest.at(-1) as () => Promise<unknown>;
        const options = (rest.length > 1 ? rest[0] : {}) as {
          signal?: AbortSignal;
          steal?: boolean;
        };
        return new Promise((resolve, reject) => {
          const run = () => {
            browser.held.set(name, { tab, reject });
            queueMicrotask(() => {
              if (!browser.dead.has(tab)) {
                callback().then((value) => {
                  if (browser.held.get(name)?.reject === reject) {
                    browser.release(name);
                  }
                  resolve(value);
                });
              }
            });
          };
          const entry = { name, tab, run };
          options.signal?.addEventListener("abort", () => {
            const at = browser.queue.indexOf(entry);
            if (at >= 0) {
              browser.queue.splice(at, 1);
              reject(new DOMException("aborted", "AbortError"));
            }
          });
          const holder = browser.held.get(name);
          if (holder !== undefined && options.steal) {
            holder.reject(new DOMException("stolen", "AbortError"));
            run();
          } else if (holder !== undefined) {
            browser.queue.push(entry);
          } else {
            run();
          }
        });
      },
    };
    class Broadcast {
      onmessage: ((event: { data: unknown }) => void) | null = null;
      private readonly entry: { tab: number; name: string; hear: (note: unknown) => void };
      constructor(name: string) {
        this.entry = { tab, name, hear: (data) => this.onmessage?.({ data }) };
        browser.channels.add(this.entry);
      }
      postMessage(note: unknown): void {
        const copy = structuredClone(note);
        for (const other of browser.channels) {
          if (other !== this.entry && other.name === this.entry.name && !browser.dead.has(tab)) {
            setTimeout(() => !browser.dead.has(other.tab) && other.hear(copy));
          }
        }
      }
      close(): void {
        browser.channels.delete(this.entry);
      }
    }
    return {
      part: {
        locks: locks as unknown as LockManager,
        BroadcastChannel: Broadcast as unknown as typeof BroadcastChannel,
      },
      kill: () => {
        this.dead.add(tab);
        for (const [name, holder] of [...this.held]) {
          if (holder.tab === tab) {
            this.release(name);
          }
        }
      },
    };
  }

  private release(name: string): void {
    this.held.delete(name);
    const at = this.queue.findIndex((one) => one.name === name && !this.dead.has(one.tab));
    if (at >= 0) {
      this.queue.splice(at, 1)[0]?.run();
    }
  }
}
