import type { Core } from "./core";
import { asError, type CarillonError, fromServer } from "./errors";
import { type Cell, cell } from "./store";
import type {
  Channel,
  ChannelListener,
  ChannelState,
  Draft,
  Message,
  Outgoing,
  ResetReason,
  SubscribeOptions,
} from "./types";
import { cursor } from "./vector";
import { delayBefore } from "./wait";
import type { Frame } from "./wire";

const KEEP = 1_000;
const MAX_LOADED = 10_000; // however far back somebody scrolls
const LINGER_MILLIS = 500; // StrictMode's second mount, and the way from one page to the next
const JOIN_MILLIS = 20_000;
const TYPING_EVERY_MILLIS = 4_000;
const TYPING_IDLE_MILLIS = 6_000;
const TYPING_SHOWN_MILLIS = 12_000; // the server ends it after 10
const MAX_TYPING = 50;
const PAGE = 50;

/** A channel of a client's. Its methods need no `this`, so that they can be handed on alone. */
export class ChannelView implements Channel {
  readonly get: Cell<ChannelState>["get"];
  readonly subscribe: Cell<ChannelState>["subscribe"];
  private readonly state: Cell<ChannelState>;
  private readonly listeners = new Set<ChannelListener>();
  private linger: ReturnType<typeof setTimeout> | undefined;
  private again: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private wanted = false;
  /** Whether the present connection has answered the join: events before that come again. */
  private joined = false;
  private round = 0; // of joins; an answer to an earlier one is of no interest
  private awaitsPage: ResetReason | "first" | null = null;
  private loaded = 0; // older ones that were asked for
  private loading: Promise<boolean> | null = null;
  private options: SubscribeOptions = {};
  private unreadMark = 0; // to be said once there is a connection
  private typedAt = 0;
  private typingEnds: ReturnType<typeof setTimeout> | undefined;
  private readonly typists = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(
    private readonly core: Core,
    readonly id: string,
    private readonly keep = KEEP,
  ) {
    this.state = cell<ChannelState>({
      channelId: id,
      status: "idle",
      role: null,
      position: null,
      resumed: null,
      reloaded: null,
      messages: [],
      hasMore: false,
      outgoing: [],
      lastRead: null,
      typing: [],
      error: null,
    });
    this.get = this.state.get;
    this.subscribe = this.state.subscribe;
  }

  // ---- subscribing

  open = (options: SubscribeOptions = {}): (() => void) => {
    clearTimeout(this.linger);
    this.listeners.add(options);
    if (!this.wanted) {
      this.wanted = true;
      this.options = options;
      if (options.since !== undefined && this.get().position === null) {
        this.state.patch({ position: options.since });
      }
      this.state.patch({ status: "joining", error: null });
      this.core.connect();
      this.join();
    }
    return () => {
      if (this.listeners.delete(options) && this.listeners.size === 0) {
        clearTimeout(this.linger);
        this.linger = setTimeout(() => this.leave(), LINGER_MILLIS);
      }
    };
  };

  private leave(): void {
    this.wanted = false;
    this.joined = false;
    this.round++;
    clearTimeout(this.again);
    this.quiet();
    this.state.patch({ status: "idle" });
    if (this.core.isLive()) {
      this.core.ask("channel:leave", { channelId: this.id }).catch(() => {});
    }
  }

  /** The connection is gone, or there is a new one. */
  reconnect(): void {
    this.joined = false;
    this.awaitsPage = null;
    this.quiet();
    if (this.wanted && this.get().status !== "refused") {
      this.state.patch({ status: "joining" });
      this.join();
    }
  }

  private async join(): Promise<void> {
    clearTimeout(this.again);
    if (!this.core.isLive()) {
      return;
    }
    this.joined = false;
    const round = ++this.round;
    const { position } = this.get();
    try {
      await this.core.ask(
        "channel:join",
        {
          channelId: this.id,
          ...(position === null ? {} : { since: position }),
          ...(this.options.limit === undefined ? {} : { limit: this.options.limit }),
        },
        JOIN_MILLIS,
        (frame) => round === this.round && this.entered(frame),
      );
    } catch (failure) {
      if (round === this.round && this.core.isLive()) {
        this.refused(asError(failure));
      }
    }
  }

  private refused(error: CarillonError): void {
    this.joined = false;
    if (error.retry === "NEVER") {
      this.quiet();
      this.state.patch({ status: "refused", error });
      return;
    }
    this.state.patch({ status: "joining", error });
    this.failures++;
    this.again = setTimeout(
      () => this.wanted && this.join(),
      delayBefore(this.failures, error, this.core.env.random),
    );
  }

  /** At once when the answer comes: what follows it counts. */
  private entered({ data }: Frame): void {
    const before = this.get().position;
    this.joined = true;
    this.failures = 0;
    const resumed: boolean = data.resumed;
    this.state.patch({
      status: "live",
      error: null,
      role: data.role ?? null,
      resumed: before === null || resumed,
    });
    if (!resumed && data.position !== undefined) {
      this.awaitsPage = before === null ? "first" : (data.reason ?? "unknown");
      this.state.patch({ position: data.position });
    }
    if (this.unreadMark > 0) {
      this.markRead(this.unreadMark).catch(() => {});
    }
  }

  // ---- what happens

  /** A frame about this channel. */
  hear(frame: Frame): void {
    const { data } = frame;
    if (frame.event === "channel:history") {
      this.page(data);
      return;
    }
    if (frame.event === "channel:left") {
      if (data.code !== undefined && this.wanted && this.joined) {
        this.refused(fromServer(data));
      }
      return;
    }
    if (frame.event === "error" || !this.wanted) {
      return;
    }
    if (frame.id !== undefined) {
      const at = cursor(frame.id);
      const now = cursor(this.get().position ?? "");
      if (!this.joined || at === null) {
        return;
      }
      if (now !== null && now.epoch === at.epoch && at.offset <= now.offset) {
        return; // seen before
      }
      this.state.patch({ position: frame.id });
    }
    this.apply(frame);
    this.core.hooksOf(this.listeners, (listener) => {
      listener.onEvent?.(frame);
      if (frame.event === "message:new") {
        listener.onMessage?.(data);
      }
    });
    const place = cursor(frame.id ?? "");
    if (place !== null) {
      this.core.outbox.reached(this.id, place.offset);
    }
  }

  private apply({ event, data }: Frame): void {
    switch (event) {
      case "message:new":
        this.add([data]);
        this.stopped(data.authorId);
        this.confirm(data);
        break;
      case "message:updated":
      case "message:deleted":
        this.state.patch({
          messages: this.get().messages.map((one) =>
            one.id === data.id ? merged(one, data) : one,
          ),
        });
        break;
      case "typing:update":
        this.typed(data.userId, data.isTyping);
        break;
      case "read":
        if (data.userId === this.core.auth.me?.id) {
          this.haveRead(data.offset);
        }
        break;
    }
  }

  private confirm(message: Message): void {
    const me = this.core.auth.me?.id;
    if (message.clientId !== undefined && me !== undefined && message.authorId === me) {
      this.core.outbox.arrived(message);
    }
  }

  private page(data: { messages: Message[]; hasMore?: boolean }): void {
    const reason = this.awaitsPage;
    if (reason === null) {
      return; // the answer to somebody else
    }
    this.awaitsPage = null;
    this.loaded = 0;
    const first = reason === "first";
    this.state.patch({
      messages: first && this.get().messages.length > 0 ? this.get().messages : [],
      hasMore: data.hasMore ?? false,
      ...(first ? {} : { reloaded: reason }),
    });
    this.add(data.messages);
    for (const message of data.messages) {
      this.confirm(message);
    }
    const at = cursor(this.get().position ?? "");
    if (at !== null) {
      this.core.outbox.reached(this.id, at.offset);
    }
    if (!first) {
      const { messages } = this.get();
      this.core.hooksOf(this.listeners, (listener) => listener.onReset?.({ reason, messages }));
    }
  }

  /** Puts messages where they belong; the oldest go where there are too many. */
  private add(news: readonly Message[]): void {
    const messages = [...this.get().messages];
    for (const message of news) {
      insert(messages, message);
    }
    const most = Math.min(MAX_LOADED, this.keep + this.loaded);
    const surplus = messages.length - most;
    this.state.patch({
      messages: surplus > 0 ? messages.slice(surplus) : messages,
      ...(surplus > 0 ? { hasMore: true } : {}),
    });
  }

  /** Whether a message at this place is yet to come. */
  awaits(offset: number): boolean {
    const at = cursor(this.get().position ?? "");
    return this.wanted && at !== null && at.offset < offset;
  }

  /** The outbox has changed. */
  showOutgoing(all: readonly Outgoing[]): void {
    const outgoing = all.filter((item) => item.channelId === this.id);
    if (outgoing.length > 0 || this.get().outgoing.length > 0) {
      this.state.patch({ outgoing });
    }
  }

  // ---- messages

  send = (draft: Draft, clientId?: string) => {
    this.stopTyping();
    this.core.connect();
    return this.core.outbox.send(this.id, draft, clientId);
  };

  retry = (clientId: string) => this.core.outbox.retry(clientId);

  discard = (clientId: string) => this.core.outbox.discard(clientId);

  edit = async (messageId: string, content: string, version?: number): Promise<void> => {
    const body = version === undefined ? { content } : { content, version };
    this.changed(await this.core.auth.request("PATCH", this.path(messageId), body));
  };

  delete = async (messageId: string, version?: number): Promise<void> => {
    const query = version === undefined ? "" : `?version=${version}`;
    this.changed(await this.core.auth.request("DELETE", this.path(messageId) + query));
  };

  private path(messageId: string): string {
    return `api/channels/${encodeURIComponent(this.id)}/messages/${encodeURIComponent(messageId)}`;
  }

  /** The answer to a change shows it before its event comes. */
  private changed(message: Message): void {
    this.state.patch({
      messages: this.get().messages.map((one) =>
        one.id === message.id ? merged(one, message) : one,
      ),
    });
  }

  loadOlder = (limit = PAGE): Promise<boolean> => {
    this.loading ??= this.load(limit).finally(() => {
      this.loading = null;
    });
    return this.loading;
  };

  private async load(limit: number): Promise<boolean> {
    const oldest = this.get().messages[0]?.offset;
    if (oldest === undefined || this.get().messages.length >= MAX_LOADED) {
      return false;
    }
    const page = await this.core.auth.request<{ messages: Message[]; hasMore: boolean }>(
      "GET",
      `api/channels/${encodeURIComponent(this.id)}/messages?before=${oldest}&limit=${limit}`,
    );
    this.loaded += page.messages.length;
    this.add(page.messages);
    this.state.patch({ hasMore: page.hasMore });
    return page.hasMore;
  }

  markRead = async (offset = this.get().messages.at(-1)?.offset ?? 0): Promise<void> => {
    if (offset <= (this.get().lastRead ?? 0)) {
      return;
    }
    this.unreadMark = Math.max(this.unreadMark, offset);
    if (!this.core.isLive()) {
      return; // said with the next join
    }
    await this.core.ask("read", { channelId: this.id, offset });
    this.haveRead(offset);
  };

  private haveRead(offset: number): void {
    if (this.unreadMark <= offset) {
      this.unreadMark = 0;
    }
    if (offset > (this.get().lastRead ?? 0)) {
      this.state.patch({ lastRead: offset });
    }
  }

  // ---- typing

  type = (): void => {
    const now = Date.now();
    clearTimeout(this.typingEnds);
    this.typingEnds = setTimeout(this.stopTyping, TYPING_IDLE_MILLIS);
    if (now - this.typedAt >= TYPING_EVERY_MILLIS && this.core.isLive()) {
      this.typedAt = now;
      this.core.tell("typing:start", { channelId: this.id });
    }
  };

  stopTyping = (): void => {
    clearTimeout(this.typingEnds);
    if (this.typedAt !== 0) {
      this.typedAt = 0;
      this.core.tell("typing:stop", { channelId: this.id });
    }
  };

  private typed(userId: string, isTyping: boolean): void {
    if (userId === this.core.auth.me?.id) {
      return; // in another tab
    }
    if (!isTyping) {
      this.stopped(userId);
      return;
    }
    if (this.typists.size >= MAX_TYPING && !this.typists.has(userId)) {
      return;
    }
    clearTimeout(this.typists.get(userId));
    this.typists.set(
      userId,
      setTimeout(() => this.stopped(userId), TYPING_SHOWN_MILLIS),
    );
    this.showTyping();
  }

  private stopped(userId: string): void {
    clearTimeout(this.typists.get(userId));
    if (this.typists.delete(userId)) {
      this.showTyping();
    }
  }

  /** Nobody can be told to be typing while nothing arrives. */
  private quiet(): void {
    this.typedAt = 0;
    for (const userId of [...this.typists.keys()]) {
      this.stopped(userId);
    }
  }

  private showTyping(): void {
    const typing = [...this.typists.keys()];
    const before = this.get().typing;
    if (typing.length !== before.length || typing.some((one, i) => one !== before[i])) {
      this.state.patch({ typing });
    }
  }

  close(): void {
    clearTimeout(this.linger);
    clearTimeout(this.again);
    clearTimeout(this.typingEnds);
    this.quiet();
    this.wanted = false;
    this.joined = false;
    this.state.patch({ status: "idle" });
  }
}

/** Into a list by offset; one without comes last. Mostly it is the latest. */
function insert(messages: Message[], message: Message): void {
  const { offset, id } = message;
  let at = messages.length;
  while (
    at > 0 &&
    offset !== undefined &&
    (messages[at - 1]?.offset ?? Number.POSITIVE_INFINITY) > offset
  ) {
    at--;
  }
  const before = messages[at - 1];
  if (before?.id === id) {
    messages[at - 1] = merged(before, message);
  } else {
    messages.splice(at, 0, message);
  }
}

/** The newer of two states of a message; what a change does not say stays. */
function merged(old: Message, change: Message): Message {
  if ((change.revision ?? 0) < (old.revision ?? 0)) {
    return old;
  }
  const { content, name, payload, ...rest } = old;
  return change.deleted ? { ...rest, ...change } : { ...old, ...change };
}
