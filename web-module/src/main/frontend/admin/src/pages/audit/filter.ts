import type { Query } from "../../api/call.js";

/** The filter that the address holds, in the server's words; times of day are the reader's own. */
export function auditFilter(query: URLSearchParams): Query {
  return {
    q: query.get("q"),
    actor: query.get("actor"),
    action: query.get("action"),
    channel: query.get("channel"),
    target: query.get("target"),
    from: instant(query.get("from")),
    to: instant(query.get("to")),
  };
}

/** A local time such as `2026-01-05T10:00` as the server writes it; null where it is none. */
export function instant(local: string | null): string | null {
  if (local === null || local === "") {
    return null;
  }
  const time = new Date(local);
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}
