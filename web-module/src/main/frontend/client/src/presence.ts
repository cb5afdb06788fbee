import { cell } from "./store";
import type { Client, Presence, PresenceBook, PresenceState } from "./types";
import { onePerClient } from "./watch";

const MAX_ASKED = 1_000;
const GATHER_MILLIS = 20;
const AGAIN_MILLIS = 5_000;

const books = onePerClient<PresenceBook>();

/** The client's book of who is there; the same object for each call. */
export function presence(client: Client): PresenceBook {
  return books(client, "", () => book(client));
}

function book(client: Client): PresenceBook {
  const state = cell<PresenceState>(new Map());
  const watched = new Map<string, number>(); // by how many
  const channels = new Map<string, number>();
  let wanted = new Set<string>();
  let wantedChannels = new Set<string>();
  let asking = false;
  let unhear: (() => void) | null = null;

  function learn(users: readonly Presence[]): void {
    const next = new Map(state.get());
    for (const user of users) {
      next.set(user.userId, user);
    }
    state.set(next);
  }

  function ask(millis = GATHER_MILLIS): void {
    if (asking) {
      return;
    }
    asking = true;
    setTimeout(async () => {
      asking = false;
      const userIds = [...wanted].slice(0, MAX_ASKED);
      const names = [...wantedChannels];
      wanted = new Set([...wanted].slice(MAX_ASKED));
      wantedChannels = new Set();
      try {
        const answers = await Promise.all([
          ...(userIds.length === 0
            ? []
            : [client.request<{ users: Presence[] }>("POST", "api/presence/query", { userIds })]),
          ...names.map((name) =>
            client.request<{ users: Presence[] }>(
              "GET",
              `api/channels/${encodeURIComponent(name)}/presence`,
            ),
          ),
        ]);
        learn(answers.flatMap((answer) => answer.users));
        if (wanted.size > 0) {
          ask();
        }
      } catch {
        if (client.connection.get().status !== "closed") {
          again();
          ask(AGAIN_MILLIS);
        }
      }
    }, millis);
  }

  function again(): void {
    wanted = new Set([...watched.keys()]);
    wantedChannels = new Set(channels.keys());
  }

  function start(): void {
    if (unhear !== null) {
      return;
    }
    client.connect();
    const ends = [
      client.onEvent(({ event, data }) => {
        if (event === "presence:online" || event === "presence:offline") {
          const online = event === "presence:online";
          const old = state.get().get(data.userId);
          if (old !== undefined || watched.has(data.userId) || channels.size > 0) {
            const lastSeen = online ? (old?.lastSeen ?? null) : new Date().toISOString();
            learn([{ metadata: old?.metadata ?? null, ...data, online, lastSeen }]);
          }
        }
      }),
      client.connection.subscribe(afresh()),
    ];
    unhear = () => {
      for (const end of ends) {
        end();
      }
      unhear = null;
    };
  }

  /** What happened while there was no connection was not told. */
  function afresh(): () => void {
    let connects = client.connection.get().connects;
    return () => {
      const now = client.connection.get();
      if (now.status === "live" && now.connects !== connects) {
        connects = now.connects;
        again();
        ask();
      }
    };
  }

  function leave(counts: Map<string, number>, names: readonly string[]): void {
    for (const name of names) {
      const left = (counts.get(name) ?? 1) - 1;
      if (left > 0) {
        counts.set(name, left);
      } else {
        counts.delete(name);
      }
    }
    if (watched.size === 0 && channels.size === 0) {
      unhear?.();
      state.set(new Map());
    }
  }

  return {
    get: state.get,
    subscribe: state.subscribe,
    watch(userIds) {
      const ids = userIds.slice(0, MAX_ASKED);
      for (const id of ids) {
        watched.set(id, (watched.get(id) ?? 0) + 1);
        wanted.add(id);
      }
      if (ids.length === 0) {
        return () => {};
      }
      start();
      ask();
      return once(() => leave(watched, ids));
    },
    watchChannel(channelId) {
      channels.set(channelId, (channels.get(channelId) ?? 0) + 1);
      wantedChannels.add(channelId);
      start();
      ask();
      return once(() => leave(channels, [channelId]));
    },
  };
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (!done) {
      done = true;
      action();
    }
  };
}
