import { useRef } from "react";
import { get, type Query, queryText } from "../api/call.js";
import type { List } from "../api/types.js";
import { type Loaded, useLoad } from "../api/useLoad.js";
import { setQuery, usePlace } from "../app/router.js";

/** A list that the server filters and pages; the place in it is in the address. */
export interface Paged<T, L extends List<T>> extends Loaded<L> {
  /** How many match; null where the server has not said. */
  total: number | null;
  isFirst: boolean;
  hasNext: boolean;
  toNext: () => void;
  toPrevious: () => void;
}

/** The rows that a page holds unless the address says otherwise. */
export const PAGE_SIZE = 50;

/** Asks for the page that the address names. Null asks nothing. */
export function usePaged<T, L extends List<T> = List<T>>(
  at: string | null,
  filters: Query,
): Paged<T, L> {
  const { query } = usePlace();
  const after = query.get("after");
  const limit = query.get("limit") ?? PAGE_SIZE;
  const filterKey = `${at}?${queryText(filters)}`;
  const loaded = useLoad<L>(at === null ? null : get(at, { ...filters, limit, after }));

  // The total comes with the first page, and the way back is what was passed: both are of one filter.
  const kept = useRef<{ key: string; total: number | null; passed: (string | null)[] }>({
    key: filterKey,
    total: null,
    passed: [],
  });
  if (kept.current.key !== filterKey) {
    kept.current = { key: filterKey, total: null, passed: [] };
  }
  if (loaded.data?.total !== undefined && loaded.data.total !== null) {
    kept.current.total = loaded.data.total;
  }

  const next = loaded.data?.next ?? null;
  return {
    ...loaded,
    total: kept.current.total,
    isFirst: after === null,
    hasNext: next !== null,
    toNext: () => {
      kept.current.passed.push(after);
      setQuery({ after: next }, {});
    },
    toPrevious: () => setQuery({ after: kept.current.passed.pop() ?? null }, {}),
  };
}
