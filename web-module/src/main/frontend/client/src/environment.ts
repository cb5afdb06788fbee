import type { Environment } from "./types";

/** What the browser, or Node, has; `given` counts before it. */
export function environment(given: Partial<Environment> = {}): Environment {
  const world = globalThis as unknown as Partial<Environment> & { navigator?: Navigator };
  return {
    fetch: (input, init) => globalThis.fetch(input, init),
    WebSocket: world.WebSocket ?? null,
    indexedDB: world.indexedDB ?? null,
    locks: world.navigator?.locks ?? null,
    BroadcastChannel: world.BroadcastChannel ?? null,
    random: Math.random,
    ...given,
  };
}

/** Whether the browser knows that there is no network. It never knows that there is one. */
export function isOffline(): boolean {
  return typeof navigator !== "undefined" && navigator.onLine === false;
}

/** Whether nobody can see the page. */
export function isHidden(): boolean {
  return typeof document !== "undefined" && document.visibilityState === "hidden";
}

/** Calls back on events of the page; under Node never. Returns what ends that. */
export function onPage(
  target: "window" | "document",
  names: readonly string[],
  listener: (event: Event) => void,
): () => void {
  const of = (globalThis as unknown as Record<string, EventTarget | undefined>)[target];
  if (of?.addEventListener === undefined) {
    return () => {};
  }
  for (const name of names) {
    of.addEventListener(name, listener);
  }
  return () => {
    for (const name of names) {
      of.removeEventListener(name, listener);
    }
  };
}

/** A name that nothing else has. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
