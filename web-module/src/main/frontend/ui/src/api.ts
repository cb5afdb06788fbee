import { codeOfStatus } from "@carillon/client";

/** A method of the API. */
export type ApiMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** A refusal: the server's problem document; what has none, by its status. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";

  constructor(
    /** One of the server's documented codes, or `NETWORK`, `TIMEOUT`. */
    readonly code: string,
    /** The HTTP status; 0 where there was no answer. */
    readonly status: number,
    /** Seconds to wait before another attempt; 0 where waiting is not the advice. */
    readonly retryAfterSeconds: number = 0,
    /** What the server's log calls this failure; empty for most. */
    readonly reference: string = "",
    /** The whole answer, for instance the present item with a conflict. */
    readonly body: unknown = null,
  ) {
    super(`${code} (${status})`);
  }
}

const TIMEOUT_MILLIS = 20_000;
const unauthenticatedListeners = new Set<(problem: ApiProblem) => void>();

/** Is told when the server no longer knows who we are. Answers how to stop that. */
export function onUnauthenticated(listener: (problem: ApiProblem) => void): () => void {
  unauthenticatedListeners.add(listener);
  return () => unauthenticatedListeners.delete(listener);
}

/**
 * The address of something below `/api`, whatever context path the page is served under.
 *
 * @param path without a leading slash; its parts are to be encoded already
 */
export function apiUrl(path: string): string {
  return new URL(`../api/${path}`, document.baseURI).href;
}

/**
 * Calls the API as the signed-in user.
 *
 * @param path below `/api`, without a leading slash, its parts encoded: `channels/a%2Fb/messages`
 * @returns the JSON answer; undefined where there is none
 * @throws ApiProblem for every answer that is no success, and where none came
 */
export async function callApi<T = unknown>(
  method: ApiMethod,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<T> {
  const timeout = AbortSignal.timeout(TIMEOUT_MILLIS);
  let response: Response;
  let answer: unknown;
  try {
    response = await fetch(apiUrl(path), {
      method,
      credentials: "same-origin",
      ...(body !== undefined && {
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      }),
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    answer = parsed(await response.text());
  } catch (failure) {
    if (signal?.aborted) {
      throw failure; // by the caller, who knows
    }
    throw new ApiProblem(timeout.aborted ? "TIMEOUT" : "NETWORK", 0);
  }
  if (!response.ok) {
    const problem = problemOf(response, answer);
    if (problem.status === 401 && path !== "login") {
      for (const listener of unauthenticatedListeners) {
        listener(problem);
      }
    }
    throw problem;
  }
  return answer as T;
}

function parsed(text: string): unknown {
  if (text === "") {
    return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a proxy's page, for instance
  }
}

function problemOf(response: Response, answer: unknown): ApiProblem {
  const document = (typeof answer === "object" && answer !== null ? answer : {}) as Record<
    string,
    unknown
  >;
  const text = (name: string) => (typeof document[name] === "string" ? document[name] : "");
  const seconds = Number(document.retryAfter ?? response.headers.get("Retry-After") ?? 0);
  return new ApiProblem(
    text("code") || codeOfStatus(response.status),
    response.status,
    Number.isFinite(seconds) ? seconds : 0,
    text("reference"),
    answer,
  );
}
