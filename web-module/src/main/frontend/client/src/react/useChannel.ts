import { useEffect, useMemo } from "react";
import type { Channel, ChannelState } from "../types";
import { useClient } from "./provider";
import type { UseChannel, UseChannelOptions } from "./types";
import { useLatest } from "./useLatest";
import { useStore } from "./useStore";

/** Listens to a channel while the component is there. */
export function useChannel(channelId: string, options: UseChannelOptions = {}): UseChannel {
  const [channel, state] = useOpenChannel(channelId, options);
  return useMemo(
    () => ({
      ...state,
      send: channel.send,
      retry: channel.retry,
      discard: channel.discard,
      edit: channel.edit,
      delete: channel.delete,
      loadOlder: channel.loadOlder,
      markRead: channel.markRead,
      type: channel.type,
      stopTyping: channel.stopTyping,
    }),
    [channel, state],
  );
}

/** A channel, listened to while the component is there, and its state. */
export function useOpenChannel(
  channelId: string,
  options: UseChannelOptions = {},
): [Channel, ChannelState] {
  const client = useClient();
  const latest = useLatest(options);
  const channel = useMemo(() => client.channel(channelId), [client, channelId]);
  useEffect(
    () =>
      channel.open({
        ...(latest.current.since === undefined ? {} : { since: latest.current.since }),
        ...(latest.current.limit === undefined ? {} : { limit: latest.current.limit }),
        onEvent: (event) => latest.current.onEvent?.(event),
        onMessage: (message) => latest.current.onMessage?.(message),
        onReset: (reset) => latest.current.onReset?.(reset),
      }),
    [channel, latest],
  );
  return [channel, useStore(channel)];
}
