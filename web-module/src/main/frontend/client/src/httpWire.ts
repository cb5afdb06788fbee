import { type Auth, refusal } from "./auth";
import { asError, CarillonError } from "./errors";
import { readEvents } from "./sse";
import type { Channel, StreamEvent, Transport } from "./types";
import { changedPart, mergePositions } from "./vector";
import { type Frame, OPEN_MILLIS, type Wire, type WireHandler } from "./wire";

const GATHER_MILLIS = 10;
const SILENT_MILLIS = 60_000; // the server says something every 25 to 30 s
const POLL_SECONDS = 25;
const MAX_PAGES = 100_000;

/** What `GET /api/poll` answers. */
interface PollAnswer {
  events: Frame[];
  position: string | null;
  resumed: boolean;
  reason?: string;
  resets?: { channelId: string; reason: string }[];
}

/**
 * `carillon.v1` by plain requests: events come by one event stream or by polls, the rest is REST.
 * A channel joins the stream like this: note where all channels are now, read from the client's
 * position on, then go on from the noted place. What comes twice is dropped by its offset.
 */
export async function openHttp(
  transport: Exclude<Transport, "websocket">,
  auth: Auth,
  handler: WireHandler,
): Promise<Wire> {
  const me = await auth.whoAmI();
  const wire = new HttpWire(transport, auth, handler, [`user:${me.id}`, `org:${me.organization}`]);
  await wire.opened();
  return wire;
}

class HttpWire implements Wire {
  private readonly names: Set<string>;
  private readonly own: ReadonlySet<string>;
  private vector = "";
  private over = false;
  private waiting: Frame[] = []; // joins and leaves that are gathered
  private turn: Promise<void> = Promise.resolve();
  private turning = new AbortController(); // of the stream or poll that runs
  private open: (() => void) | null = null;
  private failed: ((error: CarillonError) => void) | null = null;
  private readonly all = new AbortController();

  constructor(
    readonly transport: Exclude<Transport, "websocket">,
    private readonly auth: Auth,
    private readonly handler: WireHandler,
    own: readonly string[],
  ) {
    this.names = new Set(own);
    this.own = new Set(own);
  }

  async opened(): Promise<void> {
    this.vector = await this.now(this.names);
    if (this.transport === "poll") {
      this.polls();
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => this.end(new CarillonError("TIMEOUT", "The stream brings nothing", "AFTER_DELAY")),
        OPEN_MILLIS,
      );
      this.open = () => {
        clearTimeout(timer);
        this.open = null;
        this.failed = null;
        resolve();
      };
      this.failed = (error) => {
        clearTimeout(timer);
        reject(error);
      };
      this.streams();
    });
  }

  /** Where these channels are now. */
  private async now(names: Iterable<string>): Promise<string> {
    return (await this.get<PollAnswer>(`api/poll?${query(names)}`)).position ?? "";
  }

  private get<T>(path: string, signal: AbortSignal = this.all.signal, millis?: number): Promise<T> {
    return this.auth.request<T>("GET", path, undefined, signal, millis);
  }

  // ---- events

  private async streams(): Promise<void> {
    let quick = 0; // streams in a row that ended at once
    while (!this.over) {
      this.turning = new AbortController();
      const { signal } = this.turning;
      const startedAt = Date.now();
      let watchdog: ReturnType<typeof setTimeout> | undefined;
      const heard = () => {
        clearTimeout(watchdog);
        watchdog = setTimeout(() => this.turning.abort(), SILENT_MILLIS);
        this.handler.heard();
        this.open?.();
      };
      try {
        const response = await this.auth.fetch(
          `api/events?${query(this.joined())}`,
          {
            headers: { Accept: "text/event-stream", "Last-Event-ID": this.vector },
            signal,
          },
          OPEN_MILLIS,
        );
        if (!response.ok) {
          throw await refusal(response);
        }
        await readEvents(
          response,
          {
            event: (event) => {
              if (!signal.aborted) {
                this.streamed(event);
              }
            },
            place: (id) => {
              if (!signal.aborted && id) {
                this.vector = id;
              }
            },
            heard,
          },
          this.vector,
        );
      } catch (failure) {
        const error = asError(failure);
        if (!signal.aborted && (error.status !== 0 || this.open !== null || quick > 0)) {
          this.end(error);
        }
      } finally {
        clearTimeout(watchdog);
      }
      if (!signal.aborted) {
        quick = Date.now() - startedAt < 1_000 ? quick + 1 : 0;
        if (quick > 2) {
          this.end(new CarillonError("NETWORK", "The stream ends at once", "AFTER_DELAY"));
        }
      }
    }
  }

  /** An event as the stream has it, as a frame. */
  private streamed(event: StreamEvent): void {
    let data: Record<string, unknown>;
    try {
      data = JSON.parse(event.data);
    } catch {
      this.end(new CarillonError("MALFORMED", "Not JSON", "AFTER_DELAY"));
      return;
    }
    const id = changedPart(this.vector, event.lastEventId);
    if (event.event === "reset" || id === null) {
      // Joined anew, each channel says by itself what has become of its position.
      this.end(new CarillonError("NETWORK", "The stream starts anew", "NOW"));
      return;
    }
    const { type, kind, ...rest } = data;
    const name = event.event === "message" ? String(type) : event.event;
    const notice = name === "notification" || name === "announcement";
    this.handler.frame({
      event: name,
      ...(id === "" ? {} : { id }),
      data: notice
        ? { ...rest, type: kind ?? null }
        : kind === undefined
          ? rest
          : { ...rest, kind },
    });
  }

  private async polls(): Promise<void> {
    while (!this.over) {
      this.turning = new AbortController();
      const { signal } = this.turning;
      try {
        const answer = await this.get<PollAnswer>(
          `api/poll?${query(this.names)}&since=${encodeURIComponent(this.vector)}&wait=${POLL_SECONDS}`,
          signal,
          (POLL_SECONDS + 15) * 1000,
        );
        if (signal.aborted) {
          continue;
        }
        this.handler.heard();
        if (!answer.resumed) {
          this.end(new CarillonError("NETWORK", "The poll starts anew", "NOW"));
          return;
        }
        for (const event of answer.events) {
          this.handler.frame(event);
        }
        this.vector = answer.position ?? this.vector;
      } catch (failure) {
        if (!signal.aborted) {
          this.end(asError(failure));
        }
      }
    }
  }

  private joined(): string[] {
    return [...this.names].filter((name) => !this.own.has(name));
  }

  private restart(): void {
    this.turning.abort();
  }

  // ---- frames

  send(frame: Frame): void {
    switch (frame.event) {
      case "channel:join":
      case "channel:leave":
        this.waiting.push(frame);
        if (this.waiting.length === 1) {
          setTimeout(() => {
            this.turn = this.turn.then(() => this.change());
          }, GATHER_MILLIS);
        }
        break;
      case "message:send": {
        const { channelId, ...body } = frame.data;
        this.answer(frame, "POST", `api/channels/${encodeURIComponent(channelId)}/messages`, body);
        break;
      }
      case "read": {
        const { channelId, offset } = frame.data;
        const path = `api/channels/${encodeURIComponent(channelId)}/read`;
        this.answer(frame, "POST", path, { offset });
        break;
      }
      default: // that one types: only sockets can say it, and it is not worth a failure
        this.reply(frame, "ack", {});
    }
  }

  private reply(to: Frame, event: string, data: unknown): void {
    if (!this.over) {
      this.handler.frame({ event, ...(to.ref === undefined ? {} : { ref: to.ref }), data });
    }
  }

  private refuse(frame: Frame, failure: unknown): void {
    const { code, message, retry, retryAfterMillis, current } = asError(failure);
    const retryAfter = retryAfterMillis === null ? undefined : retryAfterMillis / 1000;
    this.reply(frame, "error", { code, message, retry, retryAfter, current });
  }

  private async answer(frame: Frame, method: string, path: string, body: unknown): Promise<void> {
    try {
      const done = await this.auth.request<Record<string, unknown> | undefined>(
        method,
        path,
        body,
        this.all.signal,
      );
      this.reply(frame, "ack", done ?? {});
    } catch (failure) {
      this.refuse(frame, failure);
    }
  }

  /** Lets channels into the stream, and out of it, all that were gathered at once. */
  private async change(): Promise<void> {
    const frames = this.waiting;
    this.waiting = [];
    const joins = new Map<string, Frame[]>();
    let changed = false;
    for (const frame of frames) {
      const name: string = frame.data.channelId;
      if (frame.event === "channel:join") {
        joins.set(name, [...(joins.get(name) ?? []), frame]);
      } else {
        joins.delete(name);
        changed = (!this.own.has(name) && this.names.delete(name)) || changed;
        this.reply(frame, "channel:left", { channelId: name });
      }
    }
    const allowed = new Map<string, { role: string | null; position: string | null }>();
    await Promise.all(
      [...joins].map(async ([name, asked]) => {
        try {
          allowed.set(name, await this.describe(name));
        } catch (failure) {
          for (const frame of asked) {
            this.refuse(frame, failure);
          }
        }
      }),
    );
    try {
      const names = new Set([...this.names, ...allowed.keys()]);
      const place = allowed.size > 0 ? await this.now(names) : "";
      for (const [name, channel] of allowed) {
        for (const frame of joins.get(name) ?? []) {
          await this.read(frame, name, channel);
        }
        changed = !this.names.has(name) || changed;
        this.names.add(name);
      }
      this.vector = mergePositions(place, this.vector);
      if (changed) {
        this.restart();
      }
    } catch (failure) {
      this.end(asError(failure));
    }
  }

  private async describe(name: string): Promise<{ role: string | null; position: string | null }> {
    if (this.own.has(name)) {
      return { role: null, position: "" };
    }
    return this.get(`api/channels/${encodeURIComponent(name)}`);
  }

  /** Answers a join: with what was missed, or with the latest page. */
  private async read(
    frame: Frame,
    channelId: string,
    channel: { role: string | null; position: string | null },
  ): Promise<void> {
    const joined = { channelId, ...(channel.role === null ? {} : { role: channel.role }) };
    const { since, limit } = frame.data;
    if (channel.position === null) {
      this.reply(frame, "channel:joined", { ...joined, resumed: false });
      return;
    }
    let reason: string | undefined;
    if (since) {
      let position: string = since;
      for (let page = 0; page < MAX_PAGES && !this.over; page++) {
        const answer = await this.get<PollAnswer>(
          `api/poll?${query([channelId])}&since=${encodeURIComponent(position)}&wait=0${limit === undefined ? "" : `&limit=${limit}`}`,
        );
        if (!answer.resumed) {
          reason = answer.reason ?? "unknown";
          break;
        }
        if (page === 0) {
          this.reply(frame, "channel:joined", { ...joined, resumed: true, position: since });
        }
        for (const event of answer.events) {
          this.handler.frame(event);
        }
        if (answer.events.length === 0) {
          return;
        }
        position = answer.position ?? position;
      }
    }
    const page = await this.get<{ messages: unknown[]; hasMore: boolean; position: string }>(
      `api/channels/${encodeURIComponent(channelId)}/messages?limit=50`,
    );
    const { position } = page;
    this.reply(frame, "channel:joined", {
      ...joined,
      resumed: false,
      position,
      ...(reason === undefined ? {} : { reason }),
    });
    if (!this.over) {
      this.handler.frame({ event: "channel:history", data: { channelId, ...page } });
    }
  }

  // ---- the rest

  check(): void {
    this.restart();
  }

  async renew(): Promise<void> {
    this.restart(); // with the new credentials, from where it is
  }

  private end(error: CarillonError): void {
    if (this.over) {
      return;
    }
    this.close();
    if (this.failed !== null) {
      this.failed(error);
    } else {
      this.handler.ended(error);
    }
  }

  close(): void {
    this.over = true;
    this.turning.abort();
    this.all.abort();
  }
}

function query(names: Iterable<Channel["id"]>): string {
  return [...names].map((name) => `channel=${encodeURIComponent(name)}`).join("&");
}
