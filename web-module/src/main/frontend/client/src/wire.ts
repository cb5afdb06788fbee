import type { CarillonError } from "./errors";
import type { Transport } from "./types";

/** A frame of `carillon.v1`, in either direction. */
export interface Frame {
  event: string;
  ref?: string;
  id?: string;
  // biome-ignore lint/suspicious/noExplicitAny: its form follows from the event's name
  data: any;
}

/** What a wire tells. */
export interface WireHandler {
  frame(frame: Frame): void;
  heard(): void;
  latency(millis: number): void;
  /** It is of no use any more; told once, and nothing after it. */
  ended(error: CarillonError): void;
}

/** An open connection that speaks `carillon.v1`, whatever carries it. */
export interface Wire {
  readonly transport: Transport;
  send(frame: Frame): void;
  /** Makes sure soon that the other end is there. */
  check(): void;
  /** Goes on with fresh credentials. */
  renew(token: string): Promise<void>;
  /** Ends it; `ended` is not told. */
  close(): void;
}

/** How long a wire may take to open. */
export const OPEN_MILLIS = 10_000;

/** How long the other end may be silent after it was asked. */
export const ANSWER_MILLIS = 10_000;

/** Silence after which it is asked. */
export const SILENCE_MILLIS = 25_000;
