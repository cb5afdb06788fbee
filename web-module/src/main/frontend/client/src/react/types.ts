import type {
  Channel,
  ChannelListener,
  ChannelState,
  ConflictRule,
  ConnectionState,
  Draft,
  Message,
  Notification,
  Notifications,
  NotificationsState,
  Outgoing,
  Presence,
  Receipt,
  StreamEvent,
  StreamState,
  Todo,
  Todos,
  TodosState,
} from "../types";

/** What `useConnection` gives. */
export interface UseConnection extends ConnectionState {
  /** Whether events arrive now. */
  readonly live: boolean;
  /** Messages that wait to be sent, of all tabs. */
  readonly waiting: number;
  /** Messages that were refused. */
  readonly failed: number;
  /** Tries at once. */
  retry(): void;
}

/** What `useChannel` takes beside the name. A changed callback is used from then on, no more. */
export interface UseChannelOptions extends ChannelListener {
  /** See `SubscribeOptions`. */
  since?: string;
  limit?: number;
}

/** What `useChannel` gives: the state, and the channel's methods. */
export interface UseChannel
  extends ChannelState,
    Pick<
      Channel,
      | "send"
      | "retry"
      | "discard"
      | "edit"
      | "delete"
      | "loadOlder"
      | "markRead"
      | "type"
      | "stopTyping"
    > {}

/** A message in a list: stored, or this user's on its way. */
export interface MessageItem extends Partial<Message> {
  /** Stable from the first moment on, also when the message is stored: for React's `key`. */
  readonly key: string;
  readonly channelId: string;
  readonly state: "stored" | "sending" | "sent" | "failed";
  /** Why it failed, or why it waits. */
  readonly error: Outgoing["error"];
}

/** What `useOptimisticMessages` gives. */
export interface UseOptimisticMessages {
  readonly status: ChannelState["status"];
  readonly error: ChannelState["error"];
  /** Stored ones by offset, then those on their way in the order in which they were written. */
  readonly items: readonly MessageItem[];
  readonly hasMore: boolean;
  send(draft: Draft): Promise<Receipt>;
  retry(clientId: string): Promise<void>;
  discard(clientId: string): Promise<void>;
  loadOlder(limit?: number): Promise<boolean>;
}

/** What `useNotifications` gives. */
export interface UseNotifications
  extends NotificationsState,
    Pick<
      Notifications,
      "markSeen" | "markAllSeen" | "markRead" | "acknowledge" | "markAllRead" | "loadMore"
    > {}

/** What `useNotifications` takes. */
export interface UseNotificationsOptions {
  /** Each one that arrives, once: for a toast. */
  onArrival?: (notification: Notification) => void;
}

/** What `usePresence` gives. */
export interface UsePresence {
  /** Of the users asked for, or of those in the channel. */
  readonly users: readonly Presence[];
  isOnline(userId: string): boolean;
}

/** What `useTyping` gives. */
export interface UseTyping {
  /** User ids, without this user. */
  readonly typing: readonly string[];
  /** At each keystroke. */
  type(): void;
  stopTyping(): void;
}

/** What `useSSE` takes. A changed callback is used from then on, and reconnects nothing. */
export interface UseSSEOptions {
  /** By event name; `message` is for those without a name, too. */
  on?: Record<string, (event: StreamEvent) => void>;
  /** Every event that `on` has no handler for. */
  onEvent?: (event: StreamEvent) => void;
  /** Where to go on from at first. */
  lastEventId?: string;
  pauseHidden?: boolean;
}

/** What `useSSE` gives. */
export interface UseSSE extends StreamState {
  /** The last event of whatever name; null before. */
  readonly last: StreamEvent | null;
}

/** What `useTodos` gives. */
export interface UseTodos
  extends TodosState,
    Pick<Todos, "add" | "change" | "toggle" | "remove" | "retry" | "discard"> {}

/** What `useTodos` takes. */
export interface UseTodosOptions {
  /** Default: `"merge"`. */
  conflicts?: ConflictRule<Todo>;
}
