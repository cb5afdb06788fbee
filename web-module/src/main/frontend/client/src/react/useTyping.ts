import { useEffect, useMemo } from "react";
import type { UseTyping } from "./types";
import { useOpenChannel } from "./useChannel";

/** Who is typing in a channel, and saying that this user is. Stops when the component goes. */
export function useTyping(channelId: string): UseTyping {
  const [channel, { typing }] = useOpenChannel(channelId);
  useEffect(() => () => channel.stopTyping(), [channel]);
  return useMemo(
    () => ({ typing, type: channel.type, stopTyping: channel.stopTyping }),
    [channel, typing],
  );
}
