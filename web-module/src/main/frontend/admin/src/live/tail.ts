import { apiUrl } from "@carillon/ui";
import { useCallback, useEffect, useRef, useState } from "react";
import { path } from "../api/call.js";
import { record } from "../api/record.js";
import type { Message } from "../api/types.js";

/** One line of a live tail. */
export interface TailLine {
  key: string;
  event: string;
  at: string;
  message: Message;
}

export type TailState = "connecting" | "live" | "paused" | "ended";

const MAX_LINES = 200;
const NAMED = [
  "message:updated",
  "message:deleted",
  "typing:update",
  "member:added",
  "member:removed",
];

/**
 * Listens to a channel and keeps the latest 200 events, latest first. While paused nothing is kept
 * back: what came meanwhile is in the history.
 */
export function useTail(channelId: string, enabled: boolean) {
  const [lines, setLines] = useState<readonly TailLine[]>([]);
  const [state, setState] = useState<TailState>("connecting");
  const [paused, setPaused] = useState(false);
  const counter = useRef(0);

  useEffect(() => {
    if (!enabled || paused) {
      setState(paused ? "paused" : "ended");
      return;
    }
    setState("connecting");
    const at = path`channels/${channelId}/events`;
    record({ method: "GET", path: at }, true);
    const source = new EventSource(apiUrl(at), { withCredentials: true });
    const take = (event: MessageEvent<string>) => {
      counter.current += 1;
      const line: TailLine = {
        key: String(counter.current),
        event: event.type === "message" ? "message:new" : event.type,
        at: new Date().toISOString(),
        message: JSON.parse(event.data) as Message,
      };
      setLines((before) => [line, ...before].slice(0, MAX_LINES));
    };
    source.onopen = () => setState("live");
    source.onerror = () =>
      setState(source.readyState === EventSource.CLOSED ? "ended" : "connecting");
    source.onmessage = take;
    for (const name of NAMED) {
      source.addEventListener(name, take as EventListener);
    }
    return () => source.close();
  }, [channelId, enabled, paused]);

  const clear = useCallback(() => setLines([]), []);
  return { lines, state, paused, setPaused, clear };
}
