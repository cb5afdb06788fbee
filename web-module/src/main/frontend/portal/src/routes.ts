import { useSyncExternalStore } from "react";

/** Where in the portal somebody is; it stands in the address after `#`. */
export type Route =
  | { readonly page: "home" }
  | { readonly page: "channel"; readonly channelId: string; readonly offset: number | null }
  | { readonly page: "list"; readonly listId: string }
  | { readonly page: "resilience" };

/** The route of an address's hash; home for one that says nothing we know. */
export function parseRoute(hash: string): Route {
  const [page, name, place] = hash.replace(/^#?\/?/, "").split("/");
  const decoded = decode(name);
  if (page === "channels" && decoded !== null) {
    const offset = Number(place);
    return {
      page: "channel",
      channelId: decoded,
      offset: place !== undefined && Number.isSafeInteger(offset) && offset > 0 ? offset : null,
    };
  }
  if (page === "lists" && decoded !== null) {
    return { page: "list", listId: decoded };
  }
  return page === "resilience" ? { page: "resilience" } : { page: "home" };
}

function decode(part: string | undefined): string | null {
  if (part === undefined || part === "") {
    return null;
  }
  try {
    return decodeURIComponent(part);
  } catch {
    return null; // a broken escape in an address from elsewhere
  }
}

/** The hash of a channel, or of one message in it. */
export function channelHash(channelId: string, offset?: number): string {
  return `#/channels/${encodePart(channelId)}${offset === undefined ? "" : `/${offset}`}`;
}

/** The hash of a shared list. */
export function listHash(listId: string): string {
  return `#/lists/${encodePart(listId)}`;
}

/** The hash of the resilience page. */
export const RESILIENCE_HASH = "#/resilience";

// Parentheses would end a link in markdown, which quotes use.
function encodePart(name: string): string {
  return encodeURIComponent(name).replace(
    /[()*!'~]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function subscribe(listener: () => void): () => void {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
}

let parsedFrom = "";
let parsed: Route = { page: "home" };

function current(): Route {
  if (location.hash !== parsedFrom) {
    parsedFrom = location.hash;
    parsed = parseRoute(parsedFrom);
  }
  return parsed;
}

/**
 * Goes on from home to a channel, unless somebody has gone elsewhere meanwhile: what the address
 * says is shown a moment later.
 */
export function leaveHome(channelId: string): void {
  if (parseRoute(location.hash).page === "home") {
    location.replace(channelHash(channelId));
  }
}

/** The present route. */
export function useRoute(): Route {
  return useSyncExternalStore(subscribe, current);
}
