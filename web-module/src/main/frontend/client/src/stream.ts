import { refusal } from "./auth";
import { environment, isHidden, isOffline, onPage } from "./environment";
import { asError, CarillonError } from "./errors";
import { cell } from "./store";
import type { Environment, EventStream, StreamOptions, StreamState } from "./types";
import { delayBefore, Pause } from "./wait";

const SILENT_MILLIS = 60_000;
const STEADY_MILLIS = 2_000;
const OFFLINE_MILLIS = 30_000;
const MAX_RETRY_MILLIS = 60_000;

/** Opens an event stream at an address. */
export function eventStream(url: string, options: StreamOptions = {}): EventStream {
  const env = environment();
  return openStream(env, (init) => env.fetch(url, init), options);
}

/** An event stream by whatever makes the request. */
export function openStream(
  env: Environment,
  request: (init: RequestInit) => Promise<Response>,
  options: StreamOptions & { onRefused?: () => void },
): EventStream {
  const state = cell<StreamState>({
    status: "connecting",
    lastEventId: options.lastEventId ?? "",
    retryAt: null,
    error: null,
  });
  const pause = new Pause();
  let abort = new AbortController();
  let closed = false;
  let failures = 0;
  let refusals = 0; // of the credentials, in a row
  let hint = 0;

  const sleeps = () => options.pauseHidden === true && isHidden();
  const unhear = [
    onPage("window", ["online", "pageshow"], () => pause.wake()),
    onPage("window", ["offline"], () => abort.abort()),
    onPage("document", ["visibilitychange"], () => {
      if (sleeps()) {
        abort.abort();
      } else if (!isHidden()) {
        pause.wake();
      }
    }),
  ];

  async function once(): Promise<void> {
    abort = new AbortController();
    const { signal } = abort;
    let watchdog: ReturnType<typeof setTimeout> | undefined;
    const heard = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => abort.abort(), SILENT_MILLIS);
    };
    heard();
    try {
      const { lastEventId } = state.get();
      const response = await request({
        headers: {
          Accept: "text/event-stream",
          ...(lastEventId === "" ? {} : { "Last-Event-ID": lastEventId }),
          ...(await options.headers?.()),
        },
        cache: "no-store",
        signal,
      });
      if (!response.ok) {
        throw await refusal(response);
      }
      if (!response.headers.get("Content-Type")?.startsWith("text/event-stream")) {
        throw new CarillonError("MALFORMED", "No event stream", "NEVER", null, response.status);
      }
      const { readEvents } = await import("./sse");
      refusals = 0;
      state.patch({ status: "live", error: null, retryAt: null });
      await readEvents(
        response,
        {
          event: (event) => {
            if (signal.aborted) {
              return;
            }
            state.patch({ lastEventId: event.lastEventId });
            try {
              options.onEvent?.(event);
            } catch (failure) {
              setTimeout(() => {
                throw failure; // the listener's fault ends no stream
              });
            }
          },
          place: (id) => {
            if (!signal.aborted) {
              state.patch({ lastEventId: id });
            }
          },
          retry: (millis) => {
            hint = Math.min(millis, MAX_RETRY_MILLIS);
          },
          heard,
        },
        lastEventId,
      );
    } finally {
      clearTimeout(watchdog);
    }
  }

  async function run(): Promise<void> {
    while (!closed) {
      if (sleeps() || isOffline()) {
        state.patch({ status: isOffline() ? "offline" : "waiting", retryAt: null });
        await pause.for(OFFLINE_MILLIS);
        continue;
      }
      state.patch({ status: "connecting", retryAt: null });
      const startedAt = Date.now();
      let error: CarillonError | null = null;
      try {
        await once();
      } catch (failure) {
        error = asError(failure);
      }
      if (closed || sleeps()) {
        continue;
      }
      failures = error === null || Date.now() - startedAt >= STEADY_MILLIS ? 1 : failures + 1;
      if (error?.status === 401 && refusals++ === 0) {
        options.onRefused?.();
      } else if (error !== null && error.status !== 0 && error.retry === "NEVER") {
        state.patch({ status: "failed", error });
        break;
      }
      const millis = Math.max(
        delayBefore(failures, error, env.random),
        failures <= 1 ? hint / 2 : hint,
      );
      state.patch({ status: "waiting", error, retryAt: Math.round(Date.now() + millis) });
      await pause.for(millis);
    }
    for (const stop of unhear) {
      stop();
    }
    if (closed) {
      state.patch({ status: "closed", retryAt: null });
    }
  }
  run();

  return {
    get: state.get,
    subscribe: state.subscribe,
    close() {
      closed = true;
      abort.abort();
      pause.wake();
    },
  };
}
