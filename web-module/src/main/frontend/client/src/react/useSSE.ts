import type { UseSSE, UseSSEOptions } from "./types";

/**
 * Reads an event stream of the server's while the component is there.
 *
 * @param path relative to the client's address, for instance `api/notifications/stream`; null reads
 *     nothing
 */
export function useSSE(_path: string | null, _options: UseSSEOptions = {}): UseSSE {
  throw new Error("not yet");
}
