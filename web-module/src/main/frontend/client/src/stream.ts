import type { EventStream, StreamOptions } from "./types";

/** Opens an event stream at an address. */
export function eventStream(_url: string, _options: StreamOptions = {}): EventStream {
  throw new Error("not yet");
}
