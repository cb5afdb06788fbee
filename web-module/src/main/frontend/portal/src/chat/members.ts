import { useClient } from "@carillon/client/react";
import { useCallback, useEffect, useState } from "react";

/** A member as `GET /api/channels/{id}/members` lists it. */
export interface Member {
  readonly userId: string;
  readonly name: string;
  readonly role: string;
  readonly mutedUntil: string | null;
}

/** The members of a channel. */
export interface Members {
  /** Null until they are known, or where they are not for this user to see. */
  readonly members: readonly Member[] | null;
  readonly hasMore: boolean;
  reload(): Promise<void>;
}

const PAGE = 100;

/** The first members of a channel, kept up to date while the component is there. */
export function useMembers(channelId: string, isLive: boolean): Members {
  const client = useClient();
  const [state, setState] = useState<{ members: readonly Member[] | null; hasMore: boolean }>({
    members: null,
    hasMore: false,
  });
  const reload = useCallback(async () => {
    const path = `api/channels/${encodeURIComponent(channelId)}/members?limit=${PAGE}`;
    try {
      setState(await client.request<{ members: Member[]; hasMore: boolean }>("GET", path));
    } catch {
      // Not for everybody to see; what is known stays. The next connection asks again.
    }
  }, [client, channelId]);
  useEffect(() => {
    if (isLive) {
      reload();
    }
  }, [isLive, reload]);
  useEffect(
    () =>
      client.onEvent(({ event, data }) => {
        if (event.startsWith("member:") && data?.channelId === channelId) {
          reload();
        }
      }),
    [client, channelId, reload],
  );
  return { ...state, reload };
}
