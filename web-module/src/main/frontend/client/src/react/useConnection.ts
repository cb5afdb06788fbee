import { useMemo } from "react";
import { useClient } from "./provider";
import type { UseConnection } from "./types";
import { useStore } from "./useStore";

/** The state of the connection. */
export function useConnection(): UseConnection {
  const client = useClient();
  const state = useStore(client.connection);
  const { waiting, failed } = useStore(client.outbox);
  return useMemo(
    () => ({ ...state, live: state.status === "live", waiting, failed, retry: client.retry }),
    [client, state, waiting, failed],
  );
}
