/** What the server advises about trying again. */
export type Retry = "NEVER" | "AFTER_DELAY" | "NOW";

/** The server's codes; then the client's own. */
export type ErrorCode =
  | "UNAUTHENTICATED"
  | "TOKEN_EXPIRED"
  | "FORBIDDEN"
  | "NOT_FOUND"
  | "CONFLICT"
  | "RATE_LIMITED"
  | "TOO_LARGE"
  | "MALFORMED"
  | "ARCHIVED"
  | "SLOW_CONSUMER"
  | "OVERLOADED"
  | "DRAINING"
  | "INTERNAL"
  /** No answer in time; it may have been done all the same. */
  | "TIMEOUT"
  /** The connection was lost, or there is none. */
  | "NETWORK"
  /** Too much waits to be sent. */
  | "OUTBOX_FULL"
  /** The client was closed, or the message discarded. */
  | "CLOSED"
  /** Somebody else has signed in in this browser. */
  | "USER_CHANGED";

/** A failure, always with a code. */
export class CarillonError extends Error {
  override readonly name = "CarillonError";

  constructor(
    readonly code: ErrorCode,
    message: string = code,
    readonly retry: Retry = "NEVER",
    /** Milliseconds to wait, where the server said so. */
    readonly retryAfterMillis: number | null = null,
    /** HTTP status; 0 where there was none. */
    readonly status: number = 0,
    /** With `CONFLICT`: the item as the server has it. */
    readonly current: unknown = undefined,
    /** With `INTERNAL`: what the server's log knows it by. */
    readonly reference: string | null = null,
  ) {
    super(message);
  }
}
