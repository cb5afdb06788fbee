import type { Auth } from "./auth";
import { isHidden, onPage, randomId } from "./environment";
import { cell } from "./store";
import type { ConnectionState, Environment, Transport } from "./types";
import { IDLE, type Link, Uplink } from "./uplink";
import type { Frame } from "./wire";

const ANSWER_MILLIS = 5_000;

/** What tabs tell each other. */
type Note =
  | { to: "leader"; tab: string; hello: true }
  | { to: "leader"; tab: string; frame: Frame }
  | { to: "leader"; tab: string; retry: true }
  | { to: "leader"; tab: string; bye: true }
  | { to: "tabs"; state: ConnectionState; generation: string | null }
  | { to: "tabs"; frame: Frame }
  | { to: "peers"; note: unknown };

/** Notes to the other tabs of this user. */
export interface Peers {
  /** Whether this tab does what only one of them should do. */
  readonly leads: () => boolean;
  tell(note: unknown): void;
  onNote: ((note: unknown) => void) | null;
  /** This tab has begun to lead. */
  onLead: (() => void) | null;
}

/** A link without other tabs. */
export class Alone implements Peers {
  readonly leads = () => true;
  onNote = null;
  onLead: (() => void) | null = null;
  tell(): void {}
}

/** Whether tabs can share a connection here. */
export function canShare(env: Environment): boolean {
  return env.locks !== null && env.BroadcastChannel !== null;
}

/** A channel that the leader's connection has joined for some tabs. */
interface Held {
  tabs: Set<string>;
  /** How far it has been delivered; null for a channel without a log. */
  place: string | null;
  /** Of the first join, until that is answered. */
  ref: string | null;
  /** Joins that wait for that answer, since none of them can know yet where the channel is. */
  waiting: [tab: string, frame: Frame][];
}

/**
 * One connection for all tabs. The tab that holds a lock leads: it has the connection and hands its
 * frames on to all others, which send theirs through it. Each tab keeps its own positions, so when
 * the leader dies the next one connects and every tab joins anew from where it is.
 */
export class TabLink implements Link, Peers {
  readonly state = cell<ConnectionState>({ ...IDLE, role: "follower" });
  readonly generation = cell<string | null>(null);
  onFrame: ((frame: Frame) => void) | null = null;
  onNote: ((note: unknown) => void) | null = null;
  onLead: (() => void) | null = null;

  private channel: BroadcastChannel | null = null;
  private uplink: Uplink | null = null;
  private readonly held = new Map<string, Held>();
  private readonly others = new Set<string>();
  private stop = new AbortController(); // of this tab's locks
  private answered = true;
  private asking: ReturnType<typeof setTimeout> | undefined;
  private closed = false;
  private readonly unhear: (() => void)[] = [];

  constructor(
    private readonly env: Environment,
    private readonly auth: Auth,
    private readonly transports: readonly Transport[],
    readonly tab: string,
    private readonly scope: string,
  ) {}

  readonly leads = () => this.uplink !== null;

  connect(): void {
    if (this.channel !== null || this.closed) {
      return;
    }
    this.enter();
    this.unhear.push(
      // A page that waits in the browser's back-forward cache must not hold the connection.
      onPage("window", ["pagehide"], () => this.leave()),
      onPage("window", ["pageshow"], () => {
        if (this.channel === null && !this.closed) {
          this.enter();
        }
      }),
      onPage("document", ["visibilitychange"], () => {
        if (!isHidden() && this.channel !== null && this.uplink === null) {
          this.ask();
        }
      }),
    );
  }

  private enter(): void {
    const { locks, BroadcastChannel: Broadcast } = this.env;
    if (locks === null || Broadcast === null) {
      return;
    }
    this.stop = new AbortController();
    this.channel = new Broadcast(this.scope);
    this.channel.onmessage = (event) => this.hear(event.data as Note);
    this.state.patch({ status: "connecting", role: "follower" });
    const { signal } = this.stop;
    const until = () =>
      new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    // Held while this tab is there: the leader learns by it that a tab has died.
    locks.request(`${this.scope}:${this.tab}`, until).catch(() => {});
    this.queue(false);
    this.ask();
  }

  /** Waits for the lead; or takes it from a leader that does not answer. */
  private queue(steal: boolean): void {
    const { signal } = this.stop;
    const lead = () => {
      if (signal.aborted) {
        return Promise.resolve();
      }
      this.lead();
      return new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    };
    this.env.locks?.request(this.scope, steal ? { steal } : { signal }, lead).catch(() => {
      if (!signal.aborted && this.uplink !== null) {
        this.follow(); // another tab has taken the lead
        this.queue(false);
      }
    });
  }

  private leave(): void {
    this.post({ to: "leader", tab: this.tab, bye: true });
    this.follow();
    clearTimeout(this.asking);
    this.stop.abort();
    this.channel?.close();
    this.channel = null;
    this.generation.set(null);
  }

  close(): void {
    this.closed = true;
    for (const stop of this.unhear) {
      stop();
    }
    this.leave();
    this.state.patch({ status: "closed", retryAt: null });
  }

  retry(): void {
    this.connect();
    if (this.uplink !== null) {
      this.uplink.retry();
    } else {
      this.post({ to: "leader", tab: this.tab, retry: true });
      this.ask();
    }
  }

  tell(note: unknown): void {
    this.post({ to: "peers", note });
  }

  private post(note: Note): void {
    this.channel?.postMessage(note);
  }

  // ---- following

  send(frame: Frame): void {
    if (this.uplink !== null) {
      this.take(this.tab, frame);
    } else {
      this.post({ to: "leader", tab: this.tab, frame });
    }
  }

  /** Asks the leader to say that it is there. */
  private ask(): void {
    this.answered = false;
    this.post({ to: "leader", tab: this.tab, hello: true });
    clearTimeout(this.asking);
    this.asking = setTimeout(() => {
      // Somebody holds the lock and says nothing: a tab that was frozen or hangs.
      if (!this.answered && this.uplink === null && !this.stop.signal.aborted && !isHidden()) {
        this.queue(true);
      }
    }, ANSWER_MILLIS);
  }

  private hear(note: Note): void {
    if (note.to === "peers") {
      this.onNote?.(note.note);
    } else if (note.to === "leader") {
      if (this.uplink !== null) {
        this.serve(note);
      }
    } else if (this.uplink === null) {
      this.answered = true;
      if ("frame" in note) {
        this.onFrame?.(note.frame);
      } else {
        this.state.set({ ...note.state, role: "follower" });
        this.generation.set(note.generation);
      }
    }
  }

  // ---- leading

  private lead(): void {
    clearTimeout(this.asking);
    this.answered = true;
    this.generation.set(null);
    const uplink = new Uplink(this.env, this.auth, this.transports, randomId().slice(0, 8));
    this.uplink = uplink;
    uplink.onFrame = (frame) => this.arrived(frame);
    uplink.state.subscribe(() => this.publish());
    uplink.generation.subscribe(() => {
      this.held.clear();
      this.publish();
    });
    this.onLead?.();
    uplink.connect();
  }

  private follow(): void {
    this.held.clear();
    this.others.clear();
    const { uplink } = this;
    if (uplink !== null) {
      this.uplink = null; // first, so that its end is told to nobody
      uplink.onFrame = null;
      uplink.close();
      this.generation.set(null);
      this.state.patch({ status: "connecting", role: "follower" });
    }
  }

  private publish(): void {
    if (this.uplink === null) {
      return;
    }
    const state: ConnectionState = {
      ...this.uplink.state.get(),
      role: "leader",
      tabs: this.others.size + 1,
    };
    const generation = this.uplink.generation.get();
    this.post({ to: "tabs", state, generation });
    this.state.set(state);
    this.generation.set(generation);
  }

  private serve(note: Extract<Note, { to: "leader" }>): void {
    if ("bye" in note) {
      this.gone(note.tab);
    } else if ("retry" in note) {
      this.uplink?.retry();
    } else {
      const isNew = this.meet(note.tab);
      if ("frame" in note) {
        this.take(note.tab, note.frame);
      }
      if (isNew || "hello" in note) {
        this.publish();
      }
    }
  }

  private meet(tab: string): boolean {
    if (this.others.has(tab)) {
      return false;
    }
    this.others.add(tab);
    this.env.locks
      ?.request(`${this.scope}:${tab}`, { signal: this.stop.signal }, async () => this.gone(tab))
      .catch(() => {});
    return true;
  }

  private gone(tab: string): void {
    if (!this.others.delete(tab)) {
      return;
    }
    for (const channelId of [...this.held.keys()]) {
      this.take(tab, { event: "channel:leave", data: { channelId } });
    }
    this.publish();
  }

  /** A frame of one of the tabs, on its way to the server. */
  private take(tab: string, frame: Frame): void {
    const uplink = this.uplink;
    if (uplink === null || uplink.generation.get() === null) {
      return; // it will hear of the next connection
    }
    const channelId: string = frame.data.channelId;
    const held = this.held.get(channelId);
    if (frame.event === "channel:join") {
      this.join(uplink, tab, frame, held);
    } else if (frame.event === "channel:leave" && held !== undefined) {
      held.tabs.delete(tab);
      held.waiting = held.waiting.filter(([other]) => other !== tab);
      if (held.tabs.size > 0) {
        this.arrived({ ...frame, event: "channel:left" });
      } else {
        this.held.delete(channelId);
        uplink.send(frame);
        this.next(held);
      }
    } else if (frame.event !== "channel:leave") {
      uplink.send(frame);
    }
  }

  /**
   * The server gives nothing again on a channel that is joined already, and what it sends before
   * its answer is lost to the tab that waits for that. So the channel is left and joined for this
   * tab, from its own position on, then from the place that all others have reached: each gets
   * what it lacks, and drops what it has.
   */
  private join(uplink: Uplink, tab: string, frame: Frame, held: Held | undefined): void {
    const { channelId, since } = frame.data;
    if (held === undefined) {
      const ref = frame.ref ?? null;
      this.held.set(channelId, { tabs: new Set([tab]), place: since ?? null, ref, waiting: [] });
      uplink.send(frame);
      return;
    }
    if (held.ref !== null) {
      held.waiting.push([tab, frame]);
      return;
    }
    held.tabs.add(tab);
    if (held.place === null) {
      uplink.send(frame);
      return;
    }
    uplink.send({ event: "channel:leave", ref: "tabs", data: { channelId } });
    uplink.send(frame);
    const data = { channelId, since: held.place, limit: 0 };
    uplink.send({ event: "channel:join", ref: "tabs", data });
  }

  /** Joins that waited for another one. */
  private next(held: Held): void {
    held.ref = null;
    for (const [tab, later] of held.waiting.splice(0)) {
      if (tab === this.tab || this.others.has(tab)) {
        this.take(tab, later);
      }
    }
  }

  /** A frame of the server's, for all tabs. */
  private arrived(frame: Frame): void {
    if (frame.ref === "tabs") {
      return;
    }
    const held = this.held.get(frame.data?.channelId);
    if (held !== undefined) {
      if (frame.id !== undefined) {
        held.place = frame.id;
      } else if (frame.event === "channel:joined" && !frame.data.resumed) {
        const { position = null } = frame.data;
        held.place = frame.ref === held.ref ? position : (held.place ?? position);
      } else if (frame.event === "channel:left" && frame.ref === undefined) {
        this.held.delete(frame.data.channelId);
      }
    }
    this.post({ to: "tabs", frame });
    this.onFrame?.(frame);
    if (frame.ref !== undefined) {
      for (const [channelId, one] of this.held) {
        if (one.ref === frame.ref) {
          if (frame.event === "error") {
            this.held.delete(channelId);
          }
          this.next(one);
          break;
        }
      }
    }
  }
}
