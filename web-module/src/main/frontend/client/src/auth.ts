import { asError, CarillonError, fromServer } from "./errors";
import type { Environment, Me, Token } from "./types";

const REQUEST_MILLIS = 20_000;
const TOKEN_MILLIS = 30_000;
const EARLY_MILLIS = 5_000;
const FRESH_MILLIS = 2_000;

/** Requests with the user's credentials, and keeping those valid. */
export class Auth {
  private token: string | null = null;
  /** Milliseconds since 1970; `Infinity` for what does not end, or of which it is not known. */
  private expiresAt = Number.POSITIVE_INFINITY;
  private known: Me | null;
  private asking: Promise<string> | null = null;
  private askedAt = 0; // when the server last said who this is

  constructor(
    readonly url: string,
    private readonly env: Environment,
    private readonly source: (() => string | Token | Promise<string | Token>) | undefined,
    me: Me | undefined,
  ) {
    this.known = me ?? null;
    this.ends(me?.expiresAt);
  }

  /** Who is signed in, if that has been found out. */
  get me(): Me | null {
    return this.known;
  }

  /** Whether the credentials are a token of the page's, and no cookie. */
  get hasToken(): boolean {
    return this.source !== undefined;
  }

  /**
   * Sees to it that there is a valid session: a token in hand, or a cookie that the server knows
   * and that is still the same user's.
   *
   * @throws CarillonError with the server's word on it
   */
  async prepare(): Promise<void> {
    if (this.source !== undefined) {
      await this.present();
      await this.whoAmI();
    } else if (Date.now() - this.askedAt >= FRESH_MILLIS) {
      this.learn(await this.request<Me>("GET", "api/me"));
    }
  }

  /** Asks who is signed in, if that is not known. */
  async whoAmI(): Promise<Me> {
    if (this.known === null) {
      this.learn(await this.request<Me>("GET", "api/me"));
    }
    return this.known as unknown as Me;
  }

  private learn(me: Me): void {
    if (this.known !== null && this.known.id !== me.id) {
      throw new CarillonError("USER_CHANGED", "Somebody else is signed in now");
    }
    this.known = me;
    this.askedAt = Date.now();
    if (this.source === undefined) {
      this.ends(me.expiresAt);
    }
  }

  /** The credentials were refused: the next use needs fresh ones. */
  expire(): void {
    this.token = null;
    this.askedAt = 0;
  }

  /** Milliseconds until the credentials should be renewed; `Infinity` where they need not be. */
  renewIn(random: () => number): number {
    const left = this.expiresAt - Date.now();
    // With a fifth of the time left, at most five minutes, and not all tabs at once.
    return Math.max(0, left - Math.min(left / 5, 300_000) * (1 - random() / 4));
  }

  /** Fresh credentials; the token is for the open connection. */
  async renew(): Promise<string> {
    if (this.source !== undefined) {
      this.token = null;
      return this.present();
    }
    const fresh = await this.request<Token>("POST", "api/me/token");
    this.ends(fresh.expiresAt);
    return fresh.token;
  }

  /** A single-use ticket for what cannot send headers; empty where the cookie does. */
  async ticket(): Promise<string> {
    if (this.source === undefined) {
      return "";
    }
    return (await this.request<{ ticket: string }>("POST", "api/tickets")).ticket;
  }

  private ends(expiresAt: string | null | undefined): void {
    this.expiresAt = expiresAt ? Date.parse(expiresAt) : Number.POSITIVE_INFINITY;
  }

  private present(): Promise<string> {
    if (this.token !== null && this.expiresAt - Date.now() > EARLY_MILLIS) {
      return Promise.resolve(this.token);
    }
    // One question for all that wait.
    this.asking ??= this.ask().finally(() => {
      this.asking = null;
    });
    return this.asking;
  }

  private async ask(): Promise<string> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new CarillonError("TIMEOUT", "token() did not answer", "AFTER_DELAY")),
        TOKEN_MILLIS,
      );
    });
    try {
      const given = await Promise.race([this.source?.(), late]);
      const { token, expiresAt } = typeof given === "object" ? given : { token: given ?? "" };
      this.token = token;
      this.ends(expiresAt ?? endOf(token));
      return token;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Headers with the credentials. */
  async headers(): Promise<Record<string, string>> {
    return this.source === undefined ? {} : { Authorization: `Bearer ${await this.present()}` };
  }

  /** A request's answer, whatever its status; times out unless it is a stream. */
  async fetch(path: string, init: RequestInit = {}, millis = REQUEST_MILLIS): Promise<Response> {
    const abort = new AbortController();
    const given = init.signal;
    given?.addEventListener("abort", () => abort.abort(), { once: true });
    if (given?.aborted) {
      abort.abort();
    }
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      abort.abort();
    }, millis);
    try {
      return await this.env.fetch(new URL(path, this.url).href, {
        credentials: this.source === undefined ? "include" : "omit",
        cache: "no-store",
        ...init,
        headers: { ...(await this.headers()), ...init.headers },
        signal: abort.signal,
      });
    } catch (failure) {
      throw late ? new CarillonError("TIMEOUT", path, "AFTER_DELAY") : asError(failure);
    } finally {
      clearTimeout(timer);
    }
  }

  /** @throws CarillonError for every status that is no success */
  async request<T>(
    method: string,
    path: string,
    body?: unknown,
    signal?: AbortSignal | null,
    millis = REQUEST_MILLIS,
  ): Promise<T> {
    const abort = new AbortController(); // of this request, so that it leaves nothing at the signal
    const end = () => abort.abort();
    signal?.addEventListener("abort", end);
    if (signal?.aborted) {
      end();
    }
    try {
      return await this.call<T>({ method, signal: abort.signal }, path, body, millis);
    } finally {
      signal?.removeEventListener("abort", end);
    }
  }

  private async call<T>(
    init: RequestInit,
    path: string,
    body: unknown,
    millis: number,
  ): Promise<T> {
    if (body !== undefined) {
      init.body = JSON.stringify(body);
      init.headers = { "Content-Type": "application/json" };
    }
    let response = await this.fetch(path, init, millis);
    if (response.status === 401 && this.source !== undefined) {
      this.expire(); // the clocks may differ: once more with a fresh one
      response = await this.fetch(path, init, millis);
    }
    if (!response.ok) {
      throw await refusal(response);
    }
    try {
      const text = await response.text();
      return (text === "" ? undefined : JSON.parse(text)) as T;
    } catch (failure) {
      throw asError(failure);
    }
  }
}

/** An answer that is no success, as a failure. */
export async function refusal(response: Response): Promise<CarillonError> {
  const problem: unknown = await response.json().catch(() => null);
  const after = Number(response.headers.get("Retry-After"));
  return fromServer(problem, response.status, after > 0 ? after : undefined);
}

/** The end of a JWT, which only the server can trust; for knowing when to ask for another. */
function endOf(token: string): string | null {
  try {
    const claims = JSON.parse(
      atob((token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/")),
    );
    return typeof claims.exp === "number" ? new Date(claims.exp * 1000).toISOString() : null;
  } catch {
    return null; // a token of another kind
  }
}
