import type { Client, ClientOptions } from "./types";

/** Makes a client. It connects with the first subscription, or when told to. */
export function createClient(_options: ClientOptions = {}): Client {
  throw new Error("not yet");
}
