import { useClient, useConnection } from "@carillon/client/react";
import { useSession } from "@carillon/ui";
import {
  createContext,
  type PropsWithChildren,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { type ChannelSummary, changed, type ReadEvent } from "./unread";

interface Channels {
  /** Null until they are known. */
  readonly channels: readonly ChannelSummary[] | null;
  /** Why they are not known. */
  readonly failure: unknown;
  reload(): Promise<void>;
}

/** One subscription each keeps its count; a user with more channels sees theirs at a reload. */
const MAX_FOLLOWED = 100;
const RELOAD_DELAY_MILLIS = 250;

const ChannelsContext = createContext<Channels | null>(null);

/** The user's channels and the public ones; their unread counts follow every device. */
export function ChannelsProvider({ children }: PropsWithChildren) {
  const client = useClient();
  const me = useSession().user?.id ?? "";
  const { connects } = useConnection();
  const [channels, setChannels] = useState<readonly ChannelSummary[] | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const reload = useCallback(async () => {
    try {
      const answer = await client.request<{ channels: ChannelSummary[] }>("GET", "api/channels");
      setChannels(answer.channels);
      setFailure(null);
    } catch (reason) {
      setFailure(reason);
    }
  }, [client]);

  const reloadSoon = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = setTimeout(reload, RELOAD_DELAY_MILLIS);
  }, [reload]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each new connection asks anew
  useEffect(() => {
    reload();
    return () => clearTimeout(timer.current);
  }, [reload, connects]);

  const followed = useMemo(
    () =>
      JSON.stringify(
        (channels ?? [])
          .filter((one) => one.member && one.kind === "CHAT" && !one.archived)
          .slice(0, MAX_FOLLOWED)
          .map((one) => one.channelId),
      ),
    [channels],
  );
  useEffect(() => {
    const ends = (JSON.parse(followed) as string[]).map((id) => client.channel(id).open());
    return () => {
      for (const end of ends) {
        end();
      }
    };
  }, [client, followed]);

  useEffect(
    () =>
      client.onEvent(({ event, data }) => {
        switch (event) {
          case "message:new":
            setChannels((present) => changed.byMessage(present, data, me));
            break;
          case "read":
            setChannels((present) => changed.byRead(present, data as ReadEvent, me));
            break;
          case "member:added":
          case "member:removed":
          case "channel:left":
            reloadSoon();
            break;
        }
      }),
    [client, me, reloadSoon],
  );

  const value = useMemo(() => ({ channels, failure, reload }), [channels, failure, reload]);
  return <ChannelsContext value={value}>{children}</ChannelsContext>;
}

/** The channels that the user can see. */
export function useChannels(): Channels {
  const channels = useContext(ChannelsContext);
  if (channels === null) {
    throw new Error("useChannels outside of ChannelsProvider");
  }
  return channels;
}
