import { useEffect, useMemo } from "react";
import { todos } from "../todos";
import { useClient } from "./provider";
import type { UseTodos, UseTodosOptions } from "./types";
import { useStore } from "./useStore";

/** A shared list of todos. The rule for conflicts is the one of the list's first use. */
export function useTodos(listId: string, options: UseTodosOptions = {}): UseTodos {
  const client = useClient();
  const rule = options.conflicts;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a changed rule must not reload the list
  const list = useMemo(() => todos(client, listId, rule), [client, listId]);
  useEffect(() => list.open(), [list]);
  const state = useStore(list);
  return useMemo(
    () => ({
      ...state,
      add: list.add,
      change: list.change,
      toggle: list.toggle,
      remove: list.remove,
      retry: list.retry,
      discard: list.discard,
    }),
    [list, state],
  );
}
