import type { Client, Notifications } from "./types";

/** The client's notification centre; the same object for each call. */
export function notifications(_client: Client): Notifications {
  throw new Error("not yet");
}
