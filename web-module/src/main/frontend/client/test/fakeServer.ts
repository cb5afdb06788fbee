import type { Environment, Message, Transport } from "../src/types";

interface Channel {
  epoch: string;
  messages: Message[];
  /** The first offset that is still there. */
  from: number;
  allowed: boolean;
}

/** What the fake server refuses next, by path or event; each once. */
interface Refusal {
  what: string;
  code: string;
  retry: string;
  status: number;
  retryAfter?: number;
}

/** A server that does what it is told, and keeps a log of what it was asked. */
export class FakeServer {
  readonly channels = new Map<string, Channel>();
  readonly sockets = new Set<FakeSocket>();
  readonly asked: string[] = [];
  readonly refusals: Refusal[] = [];
  /** Events and frames that get no answer. */
  readonly silent = new Set<string>();
  /** Transports that let nothing through. */
  readonly broken = new Set<Transport>();
  reachable = true;
  signedIn = true;
  user = "alice";
  expiresAt: string | null = null;
  opened = 0;
  renewals = 0;
  streams = new Set<(text: string | null) => void>();

  constructor(...channels: string[]) {
    for (const channel of ["user:alice", "org:demo", ...channels]) {
      this.channels.set(channel, { epoch: "e1", messages: [], from: 1, allowed: true });
    }
  }

  environment(more: Partial<Environment> = {}): Partial<Environment> {
    const server = this;
    return {
      fetch: (input, init) => this.fetch(String(input), init),
      WebSocket: class extends FakeSocket {
        constructor(url: string) {
          super(server, url);
        }
      },
      indexedDB: null,
      locks: null,
      BroadcastChannel: null,
      random: () => 0.5,
      ...more,
    };
  }

  channel(name: string): Channel {
    const channel = this.channels.get(name);
    if (channel === undefined) {
      throw new Error(`no channel ${name}`);
    }
    return channel;
  }

  /** A message of somebody's; everybody who has joined hears it. */
  post(name: string, content: string, authorId = "bob", clientId?: string): Message {
    const channel = this.channel(name);
    const known = channel.messages.find((one) => clientId && one.clientId === clientId);
    if (known) {
      return known;
    }
    const offset = channel.from + channel.messages.length;
    const message: Message = {
      id: `${name}-${offset}`,
      channelId: name,
      offset,
      revision: offset,
      content,
      authorId,
      createdAt: new Date(0).toISOString(),
      version: 1,
      ...(clientId === undefined ? {} : { clientId }),
    };
    channel.messages.push(message);
    this.tell(name, { event: "message:new", id: `${channel.epoch}-${offset}`, data: message });
    return message;
  }

  tell(name: string, frame: object): void {
    for (const socket of this.sockets) {
      if (socket.joined.has(name)) {
        socket.deliver(frame);
      }
    }
  }

  /** Ends all connections, as a network does. */
  cut(code = 1006): void {
    for (const socket of [...this.sockets]) {
      socket.end(code);
    }
  }

  position(name: string): string {
    const { epoch, messages, from } = this.channel(name);
    return `${epoch}-${from - 1 + messages.length}`;
  }

  refusal(what: string): Refusal | undefined {
    const at = this.refusals.findIndex((one) => one.what === what);
    return at < 0 ? undefined : this.refusals.splice(at, 1)[0];
  }

  private async fetch(url: string, init: RequestInit = {}): Promise<Response> {
    const { pathname, searchParams } = new URL(url);
    const path = decodeURIComponent(pathname.slice(1));
    const what = `${init.method ?? "GET"} ${path}`;
    this.asked.push(what);
    if (!this.reachable) {
      throw new TypeError("Failed to fetch");
    }
    const refusal = this.refusal(what);
    if (refusal !== undefined) {
      return json(refusal.status, refusal);
    }
    if (!this.signedIn) {
      return json(401, { code: "UNAUTHENTICATED", retry: "NEVER" });
    }
    if (path === "api/me") {
      const { user: id, expiresAt } = this;
      return json(200, {
        id,
        name: id,
        avatarUrl: null,
        organization: "demo",
        role: "MEMBER",
        expiresAt,
      });
    }
    if (path === "api/me/token") {
      this.renewals++;
      return json(200, { token: `token${this.renewals}`, expiresAt: this.expiresAt });
    }
    if (path === "api/tickets") {
      return json(201, { ticket: "ticket" });
    }
    if (path === "api/poll") {
      return this.poll(searchParams, init.signal ?? null);
    }
    const messages = /^api\/channels\/(.*)\/messages$/.exec(path);
    if (messages !== null) {
      return this.messages(messages[1] ?? "", searchParams, init);
    }
    const channel = /^api\/channels\/([^/]*)$/.exec(path);
    if (channel !== null) {
      const name = channel[1] ?? "";
      return json(200, { channelId: name, role: "WRITER", position: this.position(name) });
    }
    return json(404, { code: "NOT_FOUND", retry: "NEVER" });
  }

  private messages(name: string, query: URLSearchParams, init: RequestInit): Response {
    const channel = this.channel(name);
    if (init.method === "POST") {
      const { content, clientId } = JSON.parse(String(init.body));
      const before = channel.messages.length;
      const message = this.post(name, content, this.user, clientId);
      return json(before === channel.messages.length ? 200 : 201, {
        ...message,
        position: this.position(name),
      });
    }
    const before = Number(query.get("before") ?? Number.POSITIVE_INFINITY);
    const limit = Number(query.get("limit") ?? 50);
    const all = channel.messages.filter((one) => (one.offset ?? 0) < before);
    const page = all.slice(-limit);
    return json(200, {
      messages: page,
      hasMore: all.length > page.length,
      position: this.position(name),
    });
  }

  private async poll(query: URLSearchParams, signal: AbortSignal | null): Promise<Response> {
    if (this.broken.has("poll")) {
      throw new TypeError("Failed to fetch");
    }
    const names = query.getAll("channel");
    const single = names.length === 1;
    const numbers = [...this.channels.keys()];
    const now = () =>
      single
        ? this.position(names[0] ?? "")
        : names.map((name) => `${numbers.indexOf(name)}_${this.position(name)}`).join(".");
    const since = query.get("since");
    if (since === null) {
      return json(200, { events: [], position: now(), resumed: false });
    }
    const events: object[] = [];
    for (const name of names) {
      const channel = this.channel(name);
      const mark = single
        ? since
        : since.split(".").find((one) => one.startsWith(`${numbers.indexOf(name)}_`));
      const [epoch, offset] = (mark?.slice(mark.indexOf("_") + 1) ?? "").split("-");
      if (epoch !== channel.epoch) {
        return json(200, { events: [], position: now(), resumed: false, reason: "epoch" });
      }
      for (const message of channel.messages) {
        if ((message.offset ?? 0) > Number(offset)) {
          events.push({ event: "message:new", id: `${epoch}-${message.offset}`, data: message });
        }
      }
    }
    const position = now();
    if (events.length === 0 && query.get("wait") !== "0") {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(resolve, 100);
        signal?.addEventListener("abort", () => {
          clearTimeout(timer);
          reject(new DOMException("aborted", "AbortError"));
        });
      });
    }
    return json(200, { events, position, resumed: true });
  }
}

function json(status: number, body: object): Response {
  return new Response(JSON.stringify(body), { status });
}

/** The browser's end of a socket to the fake server. */
export class FakeSocket {
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  /** Where each subscription began. */
  readonly joined = new Map<string, number>([
    ["user:alice", 0],
    ["org:demo", 0],
  ]);

  constructor(
    private readonly server: FakeServer,
    readonly url: string,
  ) {
    setTimeout(() => {
      if (!server.reachable || server.broken.has("websocket")) {
        this.end(1006);
        return;
      }
      server.opened++;
      server.sockets.add(this);
      this.readyState = 1;
      this.onopen?.();
    });
  }

  send(text: string): void {
    const { event, ref, data } = JSON.parse(text);
    this.server.asked.push(
      event === "channel:join" ? `join ${data.channelId} ${data.since ?? "-"}` : event,
    );
    if (!this.server.silent.has(event)) {
      queueMicrotask(() => this.answer(event, ref, data));
    }
  }

  // biome-ignore lint/suspicious/noExplicitAny: whatever the frame has
  private answer(event: string, ref: string | undefined, data: any): void {
    const refusal = this.server.refusal(event);
    if (refusal !== undefined) {
      this.deliver({ event: "error", ref, data: refusal });
      return;
    }
    switch (event) {
      case "ping":
        this.deliver({ event: "pong", ref, data: {} });
        break;
      case "channel:join":
        this.join(ref, data);
        break;
      case "channel:leave":
        this.joined.delete(data.channelId);
        this.deliver({ event: "channel:left", ref, data: { channelId: data.channelId } });
        break;
      case "message:send": {
        const { channelId, content, clientId } = data;
        const before = this.server.channel(channelId).messages.length;
        const { id, offset, createdAt } = this.server.post(
          channelId,
          content,
          this.server.user,
          clientId,
        );
        const duplicate = before === this.server.channel(channelId).messages.length;
        this.deliver({ event: "ack", ref, data: { id, offset, createdAt, duplicate } });
        break;
      }
      default:
        this.deliver({ event: "ack", ref, data: {} });
    }
  }

  private join(ref: string | undefined, data: { channelId: string; since?: string }): void {
    const { channelId, since } = data;
    const channel = this.server.channel(channelId);
    if (!channel.allowed) {
      this.deliver({ event: "error", ref, data: { code: "FORBIDDEN", retry: "NEVER" } });
      return;
    }
    const position = this.server.position(channelId);
    const [epoch, offset] = (since ?? "").split("-");
    const resumed =
      since !== undefined && epoch === channel.epoch && Number(offset) >= channel.from - 1;
    const reason =
      since === undefined ? {} : { reason: epoch === channel.epoch ? "pruned" : "epoch" };
    this.deliver({
      event: "channel:joined",
      ref,
      data: { channelId, position, resumed, role: "WRITER", ...(resumed ? {} : reason) },
    });
    const end = channel.from - 1 + channel.messages.length;
    const start = resumed ? Number(offset) : end;
    // As the real one: who is there already is given nothing again.
    const covered = (this.joined.get(channelId) ?? Number.POSITIVE_INFINITY) <= start;
    if (!covered) {
      this.joined.set(channelId, start);
    }
    if (!resumed) {
      const messages = channel.messages.slice(-50);
      const hasMore = channel.messages.length > 50;
      this.deliver({ event: "channel:history", data: { channelId, messages, hasMore, position } });
      return;
    }
    for (const message of channel.messages) {
      if (!covered && (message.offset ?? 0) > start) {
        this.deliver({ event: "message:new", id: `${epoch}-${message.offset}`, data: message });
      }
    }
  }

  deliver(frame: object): void {
    if (this.readyState === 1) {
      this.onmessage?.({ data: JSON.stringify(frame) });
    }
  }

  end(code: number): void {
    if (this.readyState === 3) {
      return;
    }
    this.readyState = 3;
    this.server.sockets.delete(this);
    this.onclose?.({ code });
  }

  close(): void {
    if (this.readyState !== 3) {
      this.readyState = 3;
      this.server.sockets.delete(this);
    }
  }
}
