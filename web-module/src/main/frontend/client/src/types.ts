import type { CarillonError } from "./errors";
import type { Store } from "./store";

/** How events come in. */
export type Transport = "websocket" | "sse" | "poll";

/** A user as authors of messages and `GET /api/me` have it. */
export interface User {
  readonly id: string;
  readonly name: string;
  readonly avatarUrl: string | null;
}

/** Who is signed in. */
export interface Me extends User {
  /** Role in the organization. */
  readonly role: string;
  readonly organization: string;
  readonly kind?: string;
  /** ISO 8601; null for a session that does not end by itself. */
  readonly expiresAt?: string | null;
}

/** A token with its end; without one the end is read from the token where it is a JWT. */
export interface Token {
  readonly token: string;
  /** ISO 8601. */
  readonly expiresAt?: string | null;
}

/**
 * What the client takes from its surroundings. Browsers have all of it; under Node, a WebSocket is
 * to be handed in (`import { WebSocket } from "ws"`). `null` says that something is not there.
 */
export interface Environment {
  fetch: typeof fetch;
  // biome-ignore lint/suspicious/noExplicitAny: any constructor that behaves like the browser's
  WebSocket: (new (url: string, protocols?: string | string[]) => any) | null;
  indexedDB: IDBFactory | null;
  locks: LockManager | null;
  BroadcastChannel: typeof BroadcastChannel | null;
  /** From 0 to 1, for the jitter of delays. */
  random: () => number;
}

/** How a client is made. Everything has a default that suits a page served by Carillon itself. */
export interface ClientOptions {
  /** Where Carillon is, context path included. Default: the root of the page's origin. */
  url?: string | URL;
  /**
   * Gives a token, afresh whenever one is needed: at first, before the last one ends, and after it
   * was refused. Default: none; the browser's session cookie counts, and is renewed in time.
   */
  token?: () => string | Token | Promise<string | Token>;
  /** Transports to use, the best first. Default: `["websocket", "sse", "poll"]`. */
  transports?: readonly Transport[];
  /** Whether the tabs of this user share one connection where the browser can. Default: true. */
  share?: boolean;
  /** Bounds of what waits to be sent. Default: 500 messages, 1 MiB. */
  outbox?: { maxCount?: number; maxBytes?: number };
  /** Messages that each channel keeps in memory. Default: 1000. */
  keep?: number;
  /** Who is signed in, where the page knows it already; saves a request. */
  me?: Me;
  environment?: Partial<Environment>;
}

/**
 * - `idle`: nothing has been asked for yet
 * - `connecting`: under way
 * - `live`: events arrive
 * - `waiting`: the last attempt failed; the next one is at `retryAt`
 * - `offline`: the browser says that there is no network
 * - `signed-out`: the server knows nobody behind the cookie or token; `retry()` after a sign-in
 * - `closed`: by `close()`
 */
export type ConnectionStatus =
  | "idle"
  | "connecting"
  | "live"
  | "waiting"
  | "offline"
  | "signed-out"
  | "closed";

/** The state of the connection that this page uses, its own or the one of another tab. */
export interface ConnectionState {
  readonly status: ConnectionStatus;
  /** The transport in use, or the one tried last. */
  readonly transport: Transport | null;
  /** Whether this tab holds the connection, uses the one of another tab, or shares nothing. */
  readonly role: "leader" | "follower" | "alone";
  /** Tabs on this connection, this one included. */
  readonly tabs: number;
  /** Milliseconds since 1970 of the next attempt; null unless `waiting`. */
  readonly retryAt: number | null;
  /** Attempts that failed since the connection was last live. */
  readonly attempts: number;
  /** How often the connection has been made. */
  readonly connects: number;
  /** Round trip measured last, in milliseconds; null before. */
  readonly latencyMillis: number | null;
  /** Milliseconds since 1970 of the last sign of life from the server; null before. */
  readonly lastHeardAt: number | null;
  /** Why it is not live. */
  readonly error: CarillonError | null;
}

/** A message as the server has it. */
export interface Message {
  readonly id: string;
  readonly channelId: string;
  /** Its place in the channel; missing on a channel without a log. */
  readonly offset?: number;
  /** Place of its latest change. */
  readonly revision?: number;
  /** Text of a chat message. */
  readonly content?: string;
  /** Event name of any other message, which has a payload. */
  readonly name?: string;
  readonly payload?: unknown;
  readonly authorId?: string;
  readonly author?: User;
  readonly clientId?: string;
  readonly createdAt?: string;
  readonly editedAt?: string;
  /** 1, then one more with each change. */
  readonly version?: number;
  /** Only id, channel and places are left then. */
  readonly deleted?: boolean;
}

/** What to send: text, or a name with a payload. */
export type Draft = string | { content: string } | { name: string; payload: unknown };

/**
 * - `sending`: waits for the server's word, or for a connection
 * - `sent`: stored; the message itself is about to arrive
 * - `failed`: refused for good, see `error`; `retry()` or `discard()`
 */
export type OutgoingState = "sending" | "sent" | "failed";

/** A message of this user's that is on its way. */
export interface Outgoing {
  /** Its identity from the first moment on, here and on the server. */
  readonly clientId: string;
  readonly channelId: string;
  readonly content?: string;
  readonly name?: string;
  readonly payload?: unknown;
  /** ISO 8601, by this device's clock. */
  readonly createdAt: string;
  readonly state: OutgoingState;
  /** Why it failed, or why it still waits; null if nothing is known against it. */
  readonly error: CarillonError | null;
  /** Attempts so far. */
  readonly attempts: number;
  /** Its place, once it is `sent`. */
  readonly offset?: number;
}

/** The server's word for a stored message. */
export interface Receipt {
  readonly id: string;
  readonly clientId: string;
  readonly offset?: number;
  readonly position?: string;
  readonly createdAt: string;
  /** Whether it had been stored before. */
  readonly duplicate: boolean;
}

/** What waits to be sent, from all tabs and from before the last reload. */
export interface OutboxState {
  readonly items: readonly Outgoing[];
  /** Of those, the ones that go by themselves. */
  readonly waiting: number;
  readonly failed: number;
}

/** Why what was missed could not be given: the view starts anew with the latest page. */
export type ResetReason = "pruned" | "epoch" | "too-far" | "unknown";

/**
 * - `idle`: nobody is subscribed
 * - `joining`: asked for, also while there is no connection
 * - `live`: everything up to now is there, and what happens arrives
 * - `refused`: not allowed, archived, or removed: see `error`
 */
export type ChannelStatus = "idle" | "joining" | "live" | "refused";

/** A channel as this page knows it. */
export interface ChannelState {
  readonly channelId: string;
  readonly status: ChannelStatus;
  /** The user's role in it; null for a reader of a public channel, and before it is known. */
  readonly role: string | null;
  /** How far it is complete: opaque text, null before the first answer. */
  readonly position: string | null;
  /** Whether the last (re)connection brought all that was missed; null before the first one. */
  readonly resumed: boolean | null;
  /** Why the view was last started anew; null if it never was. */
  readonly reloaded: ResetReason | null;
  /** By offset, oldest first; deleted ones stay, marked. At most `keep`. */
  readonly messages: readonly Message[];
  /** Whether the server has older ones. */
  readonly hasMore: boolean;
  /** This user's messages on their way to this channel, oldest first. */
  readonly outgoing: readonly Outgoing[];
  /** How far this user has read, on any device; null before it is known. */
  readonly lastRead: number | null;
  /** Who is typing, without this user. */
  readonly typing: readonly string[];
  readonly error: CarillonError | null;
}

/** An event of a channel, or of the user's own: the triple of every native wire. */
export interface CarillonEvent {
  /** `message:new`, `notification`, `typing:update` … */
  readonly event: string;
  /** Position; on logged events only. */
  readonly id?: string;
  // biome-ignore lint/suspicious/noExplicitAny: its form follows from the event's name
  readonly data: any;
}

/** What a subscriber of a channel can be told. */
export interface ChannelListener {
  /** Each logged event once, in order, and ephemeral ones as they come. */
  onEvent?(event: CarillonEvent): void;
  /** A new message, each once, in order. */
  onMessage?(message: Message): void;
  /** The view was started anew, with the messages that are there now. */
  onReset?(reset: { reason: ResetReason; messages: readonly Message[] }): void;
}

/** How a channel is subscribed to. */
export interface SubscribeOptions extends ChannelListener {
  /** Continue after this position, of an earlier `state.position`; for the first subscriber. */
  since?: string;
  /** Changes to catch up on before the answer is "too far"; 0: everything retained. */
  limit?: number;
}

/** A channel. Calls with no connection wait for one, each for a bounded time. */
export interface Channel extends Store<ChannelState> {
  readonly id: string;
  /**
   * Listens to the channel until the returned function is called. All subscribers share one
   * subscription at the server; it ends a moment after the last one has gone.
   */
  open(options?: SubscribeOptions): () => void;
  /**
   * Sends. The message is in `state.outgoing` at once, survives a reload, and is stored once.
   * Resolves when stored, rejects when refused; nobody has to wait for it.
   */
  send(draft: Draft, clientId?: string): Promise<Receipt>;
  /** Tries a failed one again, with the same `clientId`. */
  retry(clientId: string): Promise<void>;
  /** Forgets a failed or waiting one. */
  discard(clientId: string): Promise<void>;
  /** With `version`: refused with `CONFLICT` if it has been changed since. */
  edit(messageId: string, content: string, version?: number): Promise<void>;
  delete(messageId: string, version?: number): Promise<void>;
  /** Loads the page before the oldest message; resolves to whether there is more. */
  loadOlder(limit?: number): Promise<boolean>;
  /** Everything up to this offset is read; default: up to the last message. */
  markRead(offset?: number): Promise<void>;
  /**
   * To be called at each keystroke; says so at most every 4 s, stops 6 s after the last one. Does
   * nothing over streams and polls: only a WebSocket can tell it.
   */
  type(): void;
  /** Stopped typing, for instance since the text was sent or given up. */
  stopTyping(): void;
}

/** The connection and all that goes over it. One for a page. */
export interface Client {
  /** Where Carillon is; ends with a slash. */
  readonly url: string;
  readonly connection: Store<ConnectionState>;
  readonly outbox: Store<OutboxState>;
  /** Connects; also done by the first subscription. */
  connect(): void;
  /** Tries at once, also after `signed-out`. */
  retry(): void;
  /** Ends the connection for good. */
  close(): void;
  /** Who is signed in; asked once. */
  me(): Promise<Me>;
  /** The channel of this name; the same object for each call. */
  channel(channelId: string): Channel;
  /** Every event of this page's channels and of the user's own. */
  onEvent(listener: (event: CarillonEvent) => void): () => void;
  /**
   * Calls the REST interface with the client's credentials. A refusal, a time-out and a lost
   * network all reject with `CarillonError`.
   *
   * @param path relative to `url`, for instance `api/channels`; values in it percent-encoded
   */
  request<T = unknown>(method: string, path: string, body?: unknown): Promise<T>;
  /** Opens an event stream of the server's with the client's credentials: see `eventStream`. */
  stream(path: string, options?: StreamOptions): EventStream;
  retryOutgoing(clientId: string): Promise<void>;
  discardOutgoing(clientId: string): Promise<void>;
}

/** An event of an event stream. */
export interface StreamEvent {
  /** `message` where it has no name. */
  readonly event: string;
  readonly data: string;
  readonly lastEventId: string;
}

/** The state of an event stream. */
export interface StreamState {
  readonly status: "connecting" | "live" | "waiting" | "offline" | "failed" | "closed";
  readonly lastEventId: string;
  readonly retryAt: number | null;
  /** Why it is not live. `failed` is for good: a refusal that trying again cannot mend. */
  readonly error: CarillonError | null;
}

/** What to do with an event stream. */
export interface StreamOptions {
  /** For each event, named or not. */
  onEvent?: (event: StreamEvent) => void;
  /** Where to go on from. */
  lastEventId?: string;
  /** Asked before each attempt, for instance for an Authorization header. */
  headers?: () => Record<string, string> | Promise<Record<string, string>>;
  /** Whether it pauses while the page is hidden. Default: false. */
  pauseHidden?: boolean;
}

/**
 * An event stream that stays: unlike `EventSource` it sends headers, reads refusals, backs off with
 * jitter, and wakes when the network returns.
 */
export interface EventStream extends Store<StreamState> {
  close(): void;
}

/** A notification of the user's, or an announcement. */
export interface Notification {
  readonly id: string;
  readonly type: string | null;
  readonly title: string | null;
  readonly message: string | null;
  readonly url: string | null;
  readonly createdAt: string;
  readonly seen: boolean;
  readonly read: boolean;
  readonly acknowledged: boolean;
  /** An announcement is everybody's. */
  readonly announcement: boolean;
  /** Whatever else the server tells of it. */
  readonly [member: string]: unknown;
}

/** The notification centre. */
export interface NotificationsState {
  readonly status: "loading" | "live" | "failed";
  /** The user's own, latest first. */
  readonly items: readonly Notification[];
  /** The organization's, latest first. */
  readonly announcements: readonly Notification[];
  /** Unread ones, beyond those loaded too. */
  readonly unread: number;
  /** Of those loaded, the ones nobody has seen yet: the badge. */
  readonly unseen: number;
  readonly hasMore: boolean;
  readonly error: CarillonError | null;
}

/** The user's inbox and the organization's announcements; follows changes made elsewhere. */
export interface Notifications extends Store<NotificationsState> {
  /**
   * Follows until the returned function is called.
   *
   * @param onArrival is told each one that arrives, once; not those loaded at first
   */
  open(onArrival?: (notification: Notification) => void): () => void;
  markSeen(id: string): Promise<void>;
  /** All that are loaded. */
  markAllSeen(): Promise<void>;
  markRead(id: string): Promise<void>;
  acknowledge(id: string): Promise<void>;
  markAllRead(): Promise<void>;
  loadMore(): Promise<boolean>;
}

/** Somebody's presence. */
export interface Presence {
  readonly userId: string;
  readonly online: boolean;
  readonly lastSeen: string | null;
  readonly metadata: unknown;
}

/** By user id; somebody who is not in it is not known yet. */
export type PresenceState = ReadonlyMap<string, Presence>;

/** Who is there; asked for in one question for all who want to know. */
export interface PresenceBook extends Store<PresenceState> {
  /** Follows these users until the returned function is called. At most 1000 at once. */
  watch(userIds: readonly string[]): () => void;
  /** Follows who is in a channel. */
  watchChannel(channelId: string): () => void;
}

/** An item of a shared list. */
export interface Todo {
  readonly id: string;
  readonly text: string;
  readonly completed: boolean;
  readonly version: number;
  readonly createdAt: string;
}

/** An item as it is shown: the server's with this user's pending changes on it. */
export interface TodoItem extends Todo {
  /** Of an item that is not yet stored, the client's own id; equal to `id` then. */
  readonly clientId?: string;
  readonly state: "stored" | "sending" | "failed";
  readonly error: CarillonError | null;
  /** The change that failed, for "mine or theirs". */
  readonly mine?: Partial<Pick<Todo, "text" | "completed">> | "deleted";
}

/** A shared list. */
export interface TodosState {
  readonly status: "loading" | "live" | "refused";
  readonly items: readonly TodoItem[];
  readonly error: CarillonError | null;
}

/**
 * What is done about a change whose author had not seen the latest version.
 *
 * - `"last-write"`: sent without a version; the last one counts
 * - `"server"`: the server decides: a stale change fails, and the item is as the server has it
 * - `"merge"`: fields that only one side changed are put together; the same field fails
 * - a {@link Merge} of one's own, for instance a CRDT's
 */
export type ConflictRule<T> = "last-write" | "server" | "merge" | Merge<T>;

/**
 * Puts a change on top of what the server has now.
 *
 * @param base what the change was made on
 * @param mine the change: the members it sets
 * @param theirs what the server has now
 * @returns the change to send instead; null to give it up, which fails it
 */
export type Merge<T> = (base: T, mine: Partial<T>, theirs: T) => Partial<T> | null;

/** A shared list of todos: what the server has, and on top of it what this user is changing. */
export interface Todos extends Store<TodosState> {
  readonly listId: string;
  open(): () => void;
  add(text: string): Promise<Todo>;
  change(id: string, change: Partial<Pick<Todo, "text" | "completed">>): Promise<void>;
  /** Counts from what is shown, so that two quick ones cancel each other. */
  toggle(id: string): Promise<void>;
  remove(id: string): Promise<void>;
  /** Tries a failed change again, on top of what the server has now. */
  retry(id: string): Promise<void>;
  /** Forgets a failed change. */
  discard(id: string): void;
}
