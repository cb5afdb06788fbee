import { apiUrl } from "@carillon/ui";
import { useSyncExternalStore } from "react";
import { record } from "../api/record.js";
import type { Overview } from "../api/types.js";
import { appended, type Sample, sampleOf } from "./history.js";

/** How the console's one stream of figures is doing. */
export type LiveState = "off" | "connecting" | "live" | "paused" | "hidden" | "lost";

/** What the stream has brought. */
export interface Live {
  state: LiveState;
  overview: Overview | null;
  samples: readonly Sample[];
  /** How long ago, by this computer's clock, the latest figures came on their way; never negative. */
  lagMillis: number | null;
}

const PATH = "admin/overview/events";
const RETRY_MILLIS = 3_000;

/**
 * The stream of figures, one for the whole console. It is closed while paused and while the page is
 * hidden, and begins with a full picture when it is opened again. All calls on the page's thread.
 */
class OverviewStream {
  private live: Live = { state: "off", overview: null, samples: [], lagMillis: null };
  private readonly listeners = new Set<() => void>();
  private source: EventSource | null = null;
  private retry: ReturnType<typeof setTimeout> | null = null;
  private started = false;
  private paused = false;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): Live => this.live;

  start(): void {
    if (!this.started) {
      this.started = true;
      document.addEventListener("visibilitychange", this.follow);
      this.follow();
    }
  }

  stop(): void {
    this.started = false;
    document.removeEventListener("visibilitychange", this.follow);
    this.close();
    this.change({ state: "off", overview: null, samples: [], lagMillis: null });
  }

  setPaused(paused: boolean): void {
    this.paused = paused;
    this.follow();
  }

  /** Names the stream among the page's calls. */
  recordCall(): void {
    record({ method: "GET", path: PATH }, true);
  }

  private readonly follow = (): void => {
    if (!this.started) {
      return;
    }
    if (this.paused || document.hidden) {
      this.close();
      this.change({ state: this.paused ? "paused" : "hidden", lagMillis: null });
    } else if (this.source === null) {
      this.open();
    }
  };

  private open(): void {
    this.close();
    this.change({ state: "connecting" });
    const source = new EventSource(apiUrl(PATH), { withCredentials: true });
    this.source = source;
    source.addEventListener("overview", (event) => {
      const overview = JSON.parse((event as MessageEvent<string>).data) as Overview;
      this.change({
        state: "live",
        overview,
        samples: appended(this.live.samples, sampleOf(overview)),
        lagMillis: Math.max(0, Date.now() - new Date(overview.at).getTime()),
      });
    });
    source.onerror = () => {
      // A browser gives up for good on anything but a cut; coming back is then ours to do.
      this.change({ state: "lost", lagMillis: null });
      if (source.readyState === EventSource.CLOSED && this.source === source) {
        this.close();
        this.retry = setTimeout(this.follow, RETRY_MILLIS);
      }
    };
  }

  private close(): void {
    this.source?.close();
    this.source = null;
    if (this.retry !== null) {
      clearTimeout(this.retry);
      this.retry = null;
    }
  }

  private change(change: Partial<Live>): void {
    this.live = { ...this.live, ...change };
    for (const listener of this.listeners) {
      listener();
    }
  }
}

/** The console's one stream. */
export const overviewStream = new OverviewStream();

/** The latest figures; renders again with each. */
export function useLive(): Live {
  return useSyncExternalStore(overviewStream.subscribe, overviewStream.snapshot);
}
