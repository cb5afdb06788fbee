import { useEffect, useMemo } from "react";
import { type Cell, cell } from "../store";
import type { Client, StreamEvent, StreamState } from "../types";
import { onePerClient, Users } from "../watch";
import { useClient } from "./provider";
import type { UseSSE, UseSSEOptions } from "./types";
import { useLatest } from "./useLatest";
import { useStore } from "./useStore";

interface Shared {
  readonly state: Cell<StreamState & { last: StreamEvent | null }>;
  readonly listeners: Set<(event: StreamEvent) => void>;
  readonly users: Users;
}

const CLOSED: StreamState & { last: null } = {
  status: "closed",
  lastEventId: "",
  retryAt: null,
  error: null,
  last: null,
};

const streams = onePerClient<Shared>();

/** One stream for all that read the same. */
function shared(client: Client, path: string, options: UseSSEOptions): Shared {
  const pauseHidden = options.pauseHidden ?? false;
  return streams(client, `${pauseHidden} ${path}`, () => {
    const state: Shared["state"] = cell({
      ...CLOSED,
      last: null as StreamEvent | null,
      lastEventId: options.lastEventId ?? "",
    });
    const listeners: Shared["listeners"] = new Set();
    const users = new Users(() => {
      const stream = client.stream(path, {
        lastEventId: state.get().lastEventId,
        pauseHidden,
        onEvent: (last) => {
          state.patch({ last });
          for (const listener of [...listeners]) {
            listener(last);
          }
        },
      });
      const follow = () => state.patch(stream.get());
      const unhear = stream.subscribe(follow);
      follow();
      return () => {
        unhear();
        stream.close();
        state.patch({ status: "closed", retryAt: null });
      };
    });
    return { state, listeners, users };
  });
}

/**
 * Reads an event stream of the server's while the component is there. All that read the same
 * address share one stream.
 *
 * @param path relative to the client's address, for instance `api/notifications/stream`; null reads
 *     nothing
 */
export function useSSE(path: string | null, options: UseSSEOptions = {}): UseSSE {
  const client = useClient();
  const latest = useLatest(options);
  const { pauseHidden } = options;
  // biome-ignore lint/correctness/useExhaustiveDependencies: other options change nothing that runs
  const stream = useMemo(
    () => (path === null ? null : shared(client, path, options)),
    [client, path, pauseHidden],
  );
  useEffect(() => {
    if (stream === null) {
      return;
    }
    const listener = (event: StreamEvent) => {
      const { on, onEvent } = latest.current;
      const handler = on?.[event.event];
      if (handler !== undefined) {
        handler(event);
      } else {
        onEvent?.(event);
      }
    };
    stream.listeners.add(listener);
    const leave = stream.users.enter();
    return () => {
      stream.listeners.delete(listener);
      leave();
    };
  }, [stream, latest]);
  const nothing = useMemo(() => cell<UseSSE>(CLOSED), []);
  return useStore<UseSSE>(stream?.state ?? nothing);
}
