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

/** Whatever was thrown, as a failure with a code. */
export function asError(failure: unknown): CarillonError {
  return failure instanceof CarillonError
    ? failure
    : new CarillonError("NETWORK", String(failure), "NOW");
}

/** A failure as the server writes it: a problem document, or the data of an `error` frame. */
// biome-ignore lint/suspicious/noExplicitAny: whatever came
export function fromServer(problem: any, status = 0, retryAfterSeconds?: number): CarillonError {
  const seconds = retryAfterSeconds ?? problem?.retryAfter;
  return new CarillonError(
    problem?.code ?? codeOfStatus(status),
    problem?.detail ?? problem?.message ?? `HTTP status ${status}`,
    problem?.retry ?? ([408, 429].includes(status) || status >= 500 ? "AFTER_DELAY" : "NEVER"),
    typeof seconds === "number" && seconds > 0 ? seconds * 1000 : null,
    status,
    problem?.current,
    problem?.reference ?? null,
  );
}

const CODES: Readonly<Record<number, ErrorCode>> = {
  401: "UNAUTHENTICATED",
  403: "FORBIDDEN",
  404: "NOT_FOUND",
  408: "TIMEOUT",
  409: "CONFLICT",
  413: "TOO_LARGE",
  429: "RATE_LIMITED",
  502: "NETWORK", // a proxy that reaches no server
  503: "OVERLOADED",
  504: "TIMEOUT", // a proxy that heard nothing: it may have been done all the same
};

/** The code of an answer that says none, as those of proxies do, by its HTTP status. */
export function codeOfStatus(status: number): ErrorCode {
  return CODES[status] ?? (status >= 500 ? "INTERNAL" : "MALFORMED");
}

/** Why a WebSocket was closed. */
export function fromClose(code: number, draining: boolean): CarillonError {
  switch (code) {
    case 4401:
      return new CarillonError("TOKEN_EXPIRED", "Not or no longer signed in", "NOW");
    case 4403:
      return new CarillonError("FORBIDDEN", "Not allowed", "AFTER_DELAY");
    case 4408:
      return new CarillonError("SLOW_CONSUMER", "Read too slowly", "NOW");
    case 4429:
      return new CarillonError("RATE_LIMITED", "Too much", "AFTER_DELAY", 5_000);
    case 4500:
      return new CarillonError("INTERNAL", "A fault of the server's", "AFTER_DELAY");
    case 4503:
      return draining
        ? new CarillonError("DRAINING", "The node is stopping", "NOW")
        : new CarillonError("OVERLOADED", "Too busy", "AFTER_DELAY");
    case 4400:
      return new CarillonError("MALFORMED", "Not understood", "AFTER_DELAY");
    default:
      return new CarillonError("NETWORK", `The connection ended (${code})`, "AFTER_DELAY");
  }
}
