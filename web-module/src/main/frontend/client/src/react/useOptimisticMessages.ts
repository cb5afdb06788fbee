import { useMemo } from "react";
import type { ChannelState } from "../types";
import type { MessageItem, UseOptimisticMessages } from "./types";
import { useOpenChannel } from "./useChannel";

/** A channel's messages together with this user's that are on their way. */
export function useOptimisticMessages(channelId: string): UseOptimisticMessages {
  const [channel, state] = useOpenChannel(channelId);
  const items = useMemo(
    () => messageItems(state.messages, state.outgoing),
    [state.messages, state.outgoing],
  );
  return useMemo(
    () => ({
      status: state.status,
      error: state.error,
      items,
      hasMore: state.hasMore,
      send: channel.send,
      retry: channel.retry,
      discard: channel.discard,
      loadOlder: channel.loadOlder,
    }),
    [channel, items, state.status, state.error, state.hasMore],
  );
}

/**
 * Stored messages and those on their way as one list. The key is the client id wherever there is
 * one; a copy of it by somebody else, who comes later, is known by the message's own id.
 */
export function messageItems(
  messages: ChannelState["messages"],
  outgoing: ChannelState["outgoing"],
): MessageItem[] {
  const keys = new Set<string>();
  const keyOf = (clientId: string | undefined, id: string) => {
    const key = clientId && !keys.has(clientId) ? clientId : id;
    keys.add(key);
    return key;
  };
  return [
    ...messages.map(
      (message): MessageItem => ({
        ...message,
        key: keyOf(message.clientId, message.id),
        state: "stored",
        error: null,
      }),
    ),
    ...outgoing.map((item): MessageItem => {
      const { attempts: _, ...rest } = item;
      return { ...rest, key: keyOf(item.clientId, `outgoing ${item.clientId}`) };
    }),
  ];
}
