import { useEffect, useMemo } from "react";
import { notifications } from "../notifications";
import { useClient } from "./provider";
import type { UseNotifications, UseNotificationsOptions } from "./types";
import { useLatest } from "./useLatest";
import { useStore } from "./useStore";

/** The user's notifications and the organization's announcements. */
export function useNotifications(options: UseNotificationsOptions = {}): UseNotifications {
  const client = useClient();
  const centre = useMemo(() => notifications(client), [client]);
  const latest = useLatest(options);
  useEffect(
    () => centre.open((notification) => latest.current.onArrival?.(notification)),
    [centre, latest],
  );
  const state = useStore(centre);
  return useMemo(
    () => ({
      ...state,
      markSeen: centre.markSeen,
      markAllSeen: centre.markAllSeen,
      markRead: centre.markRead,
      acknowledge: centre.acknowledge,
      markAllRead: centre.markAllRead,
      loadMore: centre.loadMore,
    }),
    [centre, state],
  );
}
