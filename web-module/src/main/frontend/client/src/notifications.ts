import { asError } from "./errors";
import { cell } from "./store";
import type {
  CarillonEvent,
  Client,
  Notification,
  Notifications,
  NotificationsState,
} from "./types";
import { loader, onePerClient, Users } from "./watch";

const PAGE = 50;
const MAX_ITEMS = 1_000;
const AGAIN_MILLIS = 5_000;

type State = "seen" | "read" | "acknowledged";

interface Page {
  notifications?: Notification[];
  announcements?: Notification[];
  hasMore: boolean;
  before?: number;
}

const centres = onePerClient<Notifications>();

/** The client's notification centre; the same object for each call. */
export function notifications(client: Client): Notifications {
  return centres(client, "", () => centre(client));
}

function centre(client: Client): Notifications {
  const state = cell<NotificationsState>({
    status: "loading",
    items: [],
    announcements: [],
    unread: 0,
    unseen: 0,
    hasMore: false,
    error: null,
  });
  const arrivals = new Set<(notification: Notification) => void>();
  let before: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const show = (change: Partial<NotificationsState>) => {
    const next = { ...state.get(), ...change };
    const unseen =
      next.items.filter((item) => !item.seen).length +
      next.announcements.filter((item) => item.seen === false).length;
    state.set({ ...next, unseen });
  };
  const update = (id: string, change: Partial<Notification>): Notification | undefined => {
    const old = state.get().items.find((item) => item.id === id);
    if (old !== undefined) {
      const now = { ...old, ...change };
      const unread = state.get().unread + Number(old.read) - Number(now.read);
      show({
        items: state.get().items.map((item) => (item === old ? now : item)),
        unread: Math.max(0, unread),
      });
    }
    return old;
  };

  const load = loader(client, async () => {
    try {
      const [inbox, all, count] = await Promise.all([
        client.request<Page>("GET", `api/notifications?limit=${PAGE}`),
        client.request<Page>("GET", `api/announcements?limit=${PAGE}`),
        client.request<{ unread: number }>("GET", "api/notifications/count"),
      ]);
      before = inbox.before;
      const known = new Map(state.get().announcements.map((one) => [one.id, one]));
      show({
        status: "live",
        error: null,
        items: (inbox.notifications ?? []).map((one) => notice(one, false)),
        announcements: (all.announcements ?? []).map((one) => ({
          ...notice({ ...one, seen: one.seen ?? known.get(one.id)?.seen ?? true }, true),
        })),
        unread: count.unread,
        hasMore: inbox.hasMore,
      });
    } catch (failure) {
      const error = asError(failure);
      show(state.get().status === "loading" ? { status: "failed", error } : { error });
      if (error.retry !== "NEVER") {
        clearTimeout(timer);
        timer = setTimeout(load, AGAIN_MILLIS);
      }
    }
  });

  function hear({ event, data }: CarillonEvent): void {
    if (event === "notification:updated") {
      const { id, state: _, ...flags } = data;
      if (update(id, flags) === undefined) {
        recount();
      }
    } else if (event === "notification" || event === "announcement") {
      const announcement = event === "announcement";
      const list = announcement ? "announcements" : "items";
      if (state.get()[list].some((item) => item.id === data.id)) {
        return;
      }
      const arrived = notice(data, announcement);
      show({
        [list]: [arrived, ...state.get()[list]].slice(0, MAX_ITEMS),
        unread: state.get().unread + Number(!announcement && !arrived.read),
      });
      for (const listener of [...arrivals]) {
        listener(arrived);
      }
    } else if (event === "message:deleted") {
      update(data.id, { read: true });
      show({
        items: state.get().items.filter((item) => item.id !== data.id),
        announcements: state.get().announcements.filter((item) => item.id !== data.id),
      });
    }
  }

  async function recount(): Promise<void> {
    const { unread } = await client.request<{ unread: number }>("GET", "api/notifications/count");
    show({ unread });
  }

  const users = new Users(() => {
    let ends: (() => void)[] = [];
    let stopped = false;
    client.connect();
    load();
    client
      .me()
      .then((me) => {
        if (!stopped) {
          // Joined by name, so that a lost connection goes on from where it was.
          const listener = { onEvent: hear, onReset: load };
          ends = [`user:${me.id}`, `org:${me.organization}`].map((name) =>
            client.channel(name).open({ ...listener }),
          );
        }
      })
      .catch(() => {}); // nobody is signed in: load says so
    const unhear = client.connection.subscribe(() => {
      // Failed, since nobody was signed in or the server away.
      if (state.get().status === "failed" && client.connection.get().status === "live") {
        load();
      }
    });
    return () => {
      stopped = true;
      clearTimeout(timer);
      unhear();
      for (const end of ends) {
        end();
      }
    };
  });

  /** Shown at once; put back if it is refused. */
  async function mark(id: string, as: State): Promise<void> {
    const change: Partial<Notification> = {
      seen: true,
      ...(as === "seen" ? {} : { read: true }),
      ...(as === "acknowledged" ? { acknowledged: true } : {}),
    };
    const old = update(id, change);
    try {
      await client.request("PATCH", `api/notifications/${encodeURIComponent(id)}`, { [as]: true });
    } catch (failure) {
      if (old !== undefined) {
        const { seen, read, acknowledged } = old;
        update(id, { seen, read, acknowledged });
      }
      throw failure;
    }
  }

  return {
    get: state.get,
    subscribe: state.subscribe,
    open(onArrival) {
      const leave = users.enter();
      const listener = onArrival && ((one: Notification) => onArrival(one));
      if (listener) {
        arrivals.add(listener);
      }
      return () => {
        if (listener) {
          arrivals.delete(listener);
        }
        leave();
      };
    },
    markSeen: (id) => mark(id, "seen"),
    markRead: (id) => mark(id, "read"),
    acknowledge: (id) => mark(id, "acknowledged"),
    async markAllSeen() {
      show({ announcements: state.get().announcements.map((one) => ({ ...one, seen: true })) });
      const unseen = state.get().items.filter((item) => !item.seen);
      await Promise.all(unseen.map((item) => mark(item.id, "seen")));
    },
    async markAllRead() {
      const { items, unread } = state.get();
      show({ items: items.map((item) => ({ ...item, seen: true, read: true })), unread: 0 });
      try {
        await client.request("POST", "api/notifications/read-all");
      } catch (failure) {
        show({ items, unread });
        throw failure;
      }
    },
    async loadMore() {
      if (before === undefined || state.get().items.length >= MAX_ITEMS) {
        return false;
      }
      const page = await client.request<Page>(
        "GET",
        `api/notifications?limit=${PAGE}&before=${before}`,
      );
      before = page.before;
      const known = new Set(state.get().items.map((item) => item.id));
      const more = (page.notifications ?? []).filter((one) => !known.has(one.id));
      show({
        items: [...state.get().items, ...more.map((one) => notice(one, false))],
        hasMore: page.hasMore,
      });
      return page.hasMore;
    },
  };
}

/** Whatever the server said, with all flags. */
// biome-ignore lint/suspicious/noExplicitAny: a notification as it comes
function notice(data: any, announcement: boolean): Notification {
  const rank = ["SEEN", "READ", "ACKNOWLEDGED"].indexOf(data.state ?? "");
  return {
    ...data,
    announcement,
    seen: data.seen ?? rank >= 0,
    read: data.read ?? rank >= 1,
    acknowledged: data.acknowledged ?? rank >= 2,
  };
}
