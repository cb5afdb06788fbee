import type { Auth } from "./auth";
import { ChannelView } from "./channel";
import { isOffline, onPage, randomId } from "./environment";
import { asError, CarillonError, fromServer } from "./errors";
import { Outbox } from "./outbox";
import { cell } from "./store";
import { Alone, canShare, type Peers, TabLink } from "./tabs";
import type {
  CarillonEvent,
  ClientOptions,
  ConnectionState,
  Environment,
  Transport,
} from "./types";
import { IDLE, type Link, Uplink } from "./uplink";
import { delayBefore, Pause } from "./wait";
import type { Frame } from "./wire";

const ASK_MILLIS = 15_000;
const MAX_ASKED = 1_000;
const LOBBY_MILLIS = 3_600_000;
const TRANSPORTS: readonly Transport[] = ["websocket", "sse", "poll"];

interface Asked {
  resolve: (data: never) => void;
  reject: (error: CarillonError) => void;
  timer: ReturnType<typeof setTimeout>;
  /** Told within the frame's own turn, before any frame after it. */
  onAnswer: ((frame: Frame) => void) | undefined;
}

/** What a client is made of: the link, and who is interested in what comes over it. */
export class Core {
  readonly connection = cell<ConnectionState>(IDLE);
  readonly outbox: Outbox;
  peers: Peers = new Alone();
  private readonly channels = new Map<string, ChannelView>();
  private readonly listeners = new Set<(event: CarillonEvent) => void>();
  private readonly asked = new Map<string, Asked>();
  private readonly tab = randomId().slice(0, 12);
  private count = 0;
  private link: Link | null = null;
  private started = false;
  private closed = false;
  private readonly lobby = new Pause();

  constructor(
    readonly env: Environment,
    readonly auth: Auth,
    private readonly options: ClientOptions,
  ) {
    this.outbox = new Outbox(this, options.outbox);
    this.outbox.state.subscribe(() => {
      for (const channel of this.channels.values()) {
        channel.showOutgoing(this.outbox.state.get().items);
      }
    });
  }

  // ---- the link

  connect(): void {
    if (!this.started && !this.closed) {
      this.started = true;
      this.connection.patch({ status: "connecting" });
      this.start();
    }
  }

  private async start(): Promise<void> {
    this.outbox.preview();
    const share = (this.options.share ?? true) && canShare(this.env);
    const transports = this.options.transports ?? TRANSPORTS;
    if (share && !(await this.greet())) {
      return;
    }
    if (share) {
      const scope = `carillon ${this.auth.url} ${this.auth.me?.id}`;
      const tabs = new TabLink(this.env, this.auth, transports, this.tab, scope);
      tabs.onNote = (note) => this.outbox.hear(note);
      // What the last leader had not sent is on the shelf, and with whoever wrote it.
      tabs.onLead = () => this.outbox.belongTo(this.auth.me?.id ?? "");
      this.peers = tabs;
      this.use(tabs);
    } else {
      this.use(new Uplink(this.env, this.auth, transports, this.tab));
    }
  }

  /** Finds out who this is, for whom tabs share a connection; false if closed meanwhile. */
  private async greet(): Promise<boolean> {
    const unhear = [
      onPage("window", ["online", "pageshow"], () => this.lobby.wake()),
      onPage("document", ["visibilitychange"], () => this.lobby.wake()),
    ];
    let failures = 0;
    while (!this.closed) {
      try {
        this.connection.patch({ status: "connecting", retryAt: null });
        await this.auth.whoAmI();
        break;
      } catch (failure) {
        const error = asError(failure);
        const signedOut = error.status === 401;
        const millis = signedOut ? LOBBY_MILLIS : delayBefore(++failures, error, this.env.random);
        this.auth.expire();
        this.connection.patch({
          status: signedOut ? "signed-out" : isOffline() ? "offline" : "waiting",
          retryAt: signedOut ? null : Math.round(Date.now() + millis),
          attempts: failures,
          error,
        });
        await this.lobby.for(millis);
      }
    }
    for (const stop of unhear) {
      stop();
    }
    return !this.closed;
  }

  private use(link: Link): void {
    this.link = link;
    link.onFrame = (frame) => this.hear(frame);
    link.state.subscribe(() => this.connection.set(link.state.get()));
    link.generation.subscribe(() => this.reconnected());
    link.connect();
    this.connection.set(link.state.get());
  }

  private reconnected(): void {
    for (const asked of [...this.asked.values()]) {
      clearTimeout(asked.timer);
      asked.reject(new CarillonError("NETWORK", "The connection was lost", "NOW"));
    }
    this.asked.clear();
    const { me } = this.auth;
    if (this.isLive() && me !== null) {
      this.outbox.belongTo(me.id);
    }
    for (const channel of this.channels.values()) {
      channel.reconnect();
    }
    this.outbox.restart();
  }

  isLive(): boolean {
    return this.link !== null && this.link.generation.get() !== null;
  }

  retry(): void {
    this.connect();
    this.lobby.wake();
    this.link?.retry();
  }

  close(): void {
    this.closed = true;
    this.lobby.wake();
    for (const channel of this.channels.values()) {
      channel.close();
    }
    this.link?.close();
    this.reconnected();
    this.outbox.close();
    this.connection.patch({ status: "closed", retryAt: null });
  }

  // ---- frames

  /** Sends a frame that nobody waits for an answer to; dropped where there is no connection. */
  tell(event: string, data: unknown): void {
    if (this.isLive()) {
      this.link?.send({ event, data });
    }
  }

  /** Sends a frame; resolves to the answer's data. Fails at once where there is no connection. */
  ask(
    event: string,
    data: unknown,
    millis = ASK_MILLIS,
    onAnswer?: Asked["onAnswer"],
    // biome-ignore lint/suspicious/noExplicitAny: its form follows from the frame asked with
  ): Promise<any> {
    return new Promise((resolve, reject) => {
      if (!this.isLive() || this.asked.size >= MAX_ASKED) {
        reject(new CarillonError("NETWORK", "There is no connection", "NOW"));
        return;
      }
      const ref = `${this.tab}.${++this.count}`;
      const timer = setTimeout(() => {
        this.asked.delete(ref);
        this.link?.retry(); // which makes sure that somebody is there
        reject(new CarillonError("TIMEOUT", "No answer", "AFTER_DELAY"));
      }, millis);
      this.asked.set(ref, { resolve, reject, timer, onAnswer });
      this.link?.send({ event, ref, data });
    });
  }

  private hear(frame: Frame): void {
    if (frame.ref !== undefined) {
      const asked = this.asked.get(frame.ref);
      if (asked !== undefined) {
        this.asked.delete(frame.ref);
        clearTimeout(asked.timer);
        if (frame.event === "error") {
          asked.reject(fromServer(frame.data));
        } else {
          asked.onAnswer?.(frame);
          asked.resolve(frame.data as never);
        }
      }
      return; // or it is another tab's
    }
    const channelId = this.channelOf(frame);
    if (channelId !== undefined) {
      this.channels.get(channelId)?.hear(frame);
    }
    this.hooksOf(this.listeners, (listener) => listener(frame));
  }

  private channelOf({ event, data }: Frame): string | undefined {
    const { me } = this.auth;
    if (event === "notification" || event === "notification:updated") {
      return me === null ? undefined : `user:${me.id}`;
    }
    if (event === "announcement") {
      return me === null ? undefined : `org:${me.organization}`;
    }
    return data?.channelId;
  }

  /** Calls listeners; the fault of one is nobody else's. */
  hooksOf<L>(listeners: Iterable<L>, call: (listener: L) => void): void {
    for (const listener of [...listeners]) {
      try {
        call(listener);
      } catch (failure) {
        setTimeout(() => {
          throw failure;
        });
      }
    }
  }

  // ---- who is interested

  channel(channelId: string): ChannelView {
    let channel = this.channels.get(channelId);
    if (channel === undefined) {
      channel = new ChannelView(this, channelId, this.options.keep);
      channel.showOutgoing(this.outbox.state.get().items);
      this.channels.set(channelId, channel);
    }
    return channel;
  }

  isAwaited(channelId: string, offset: number): boolean {
    return this.channels.get(channelId)?.awaits(offset) ?? false;
  }

  onEvent(listener: (event: CarillonEvent) => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }
}
