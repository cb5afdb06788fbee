import { useSyncExternalStore } from "react";
import { type Query, queryText } from "../api/call.js";
import { clearRecorded } from "../api/record.js";

/** Where the console is: the hash, taken apart. */
export interface Place {
  /** Decoded segments: `["channels", "general", "members"]`. */
  segments: readonly string[];
  query: URLSearchParams;
}

/** Takes a hash such as `#/channels/general?tab=history` apart; never throws. */
export function parse(hash: string): Place {
  const text = hash.replace(/^#\/?/, "");
  const end = text.indexOf("?");
  const path = end < 0 ? text : text.slice(0, end);
  return {
    segments: path
      .split("/")
      .filter((segment) => segment !== "")
      .map(decoded),
    query: new URLSearchParams(end < 0 ? "" : text.slice(end + 1)),
  };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // typed by hand
  }
}

/** The hash of a place. */
export function href(segments: readonly string[], query?: Query): string {
  const text = queryText(query);
  return `#/${segments.map(encodeURIComponent).join("/")}${text === "" ? "" : `?${text}`}`;
}

/** The present query with some members changed; empty ones go. */
export function changed(query: URLSearchParams, changes: Query): Query {
  return { ...Object.fromEntries(query), ...changes };
}

let place = parse(location.hash);
let seen = location.hash;

function snapshot(): Place {
  if (seen !== location.hash) {
    const before = place.segments.join("/");
    seen = location.hash;
    place = parse(seen);
    if (place.segments.join("/") !== before) {
      clearRecorded(); // "as curl" is about the open page
    }
  }
  return place;
}

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("hashchange", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("hashchange", listener);
  };
}

/** The present place; renders again when it changes. */
export function usePlace(): Place {
  return useSyncExternalStore(subscribe, snapshot);
}

/** Goes to a place; `replace` leaves no entry in the browser's history. */
export function go(to: string, options: { replace?: boolean } = {}): void {
  if (options.replace === true) {
    history.replaceState(history.state, "", to);
    for (const listener of listeners) {
      listener();
    }
  } else {
    location.hash = to;
  }
}

/** Changes members of the present query, where the page keeps its filters. */
export function setQuery(changes: Query, options: { replace?: boolean } = { replace: true }): void {
  const { segments, query } = snapshot();
  go(href(segments, changed(query, changes)), options);
}
