import type { Client, PresenceBook } from "./types";

/** The client's book of who is there; the same object for each call. */
export function presence(_client: Client): PresenceBook {
  throw new Error("not yet");
}
