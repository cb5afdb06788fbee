import { useEffect, useMemo } from "react";
import { presence } from "../presence";
import type { Presence } from "../types";
import { useClient } from "./provider";
import type { UsePresence } from "./types";
import { useStore } from "./useStore";

/** Who of some users is there. */
export function usePresence(userIds: readonly string[]): UsePresence {
  const client = useClient();
  const book = useMemo(() => presence(client), [client]);
  const key = JSON.stringify([...userIds].sort()); // a new array of the same users changes nothing
  useEffect(() => book.watch(JSON.parse(key) as string[]), [book, key]);
  const state = useStore(book);
  return useMemo(() => {
    const ids = JSON.parse(key) as string[];
    return {
      users: ids.map((id) => state.get(id)).filter((one): one is Presence => one !== undefined),
      isOnline: (userId) => state.get(userId)?.online ?? false,
    };
  }, [key, state]);
}
