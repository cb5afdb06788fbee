import type { Core } from "./core";
import { randomId } from "./environment";
import { asError, CarillonError, type ErrorCode } from "./errors";
import { type Kept, Shelf } from "./shelf";
import { cell } from "./store";
import type { Draft, Message, OutboxState, Outgoing, Receipt } from "./types";
import { delayBefore } from "./wait";

const MAX_COUNT = 500;
const MAX_BYTES = 1 << 20;
const MAX_ATTEMPTS = 20; // refusals that ask to come again
const SEND_MILLIS = 20_000;
const SOON_MILLIS = 1_000;

/** What tabs tell each other about it. */
type Note = { outbox: "put"; item: Kept } | { outbox: "gone"; clientId: string; receipt?: Receipt };

/**
 * Messages on their way. Each tab knows all of them; one tab, the one with the connection, sends
 * them, one at a time in each channel, until the server has said yes or no to each.
 */
export class Outbox {
  readonly state = cell<OutboxState>({ items: [], waiting: 0, failed: 0 });
  private readonly items = new Map<string, Kept>();
  private readonly waiting = new Map<string, ReturnType<typeof promise>>();
  /** Channels with a message under way, or a pause; changes with each connection. */
  private busy = new Map<string, ReturnType<typeof setTimeout> | null>();
  private readonly shelf: Shelf;
  private scope = "";
  private lastOrder = 0;

  constructor(
    private readonly core: Core,
    private readonly bounds: { maxCount?: number; maxBytes?: number } = {},
  ) {
    this.shelf = new Shelf(core.env);
  }

  /** Shows what waits of whoever was here last. */
  async preview(): Promise<void> {
    const user = await this.shelf.lastUser(this.core.auth.url);
    if (user !== null && this.scope === "") {
      await this.load(user);
    }
  }

  /** What is of this user: theirs is loaded, anybody else's is shown no more. */
  async belongTo(userId: string): Promise<void> {
    this.shelf.rememberUser(this.core.auth.url, userId);
    await this.load(userId);
    this.drain();
  }

  private async load(userId: string): Promise<void> {
    const scope = `${this.core.auth.url} ${userId}`;
    if (this.scope !== scope) {
      this.scope = scope;
      for (const item of [...this.items.values()]) {
        if (item.scope === "") {
          this.items.set(item.clientId, { ...item, scope }); // written before anybody was known
          this.shelf.put({ ...item, scope });
        } else if (item.scope !== scope) {
          this.items.delete(item.clientId);
        }
      }
    }
    for (const item of await this.shelf.all(scope)) {
      if (this.scope === scope && !this.items.has(item.clientId)) {
        this.items.set(item.clientId, item);
      }
    }
    this.publish();
  }

  send(channelId: string, draft: Draft, clientId: string = randomId()): Promise<Receipt> {
    const known = this.waiting.get(clientId);
    if (known !== undefined) {
      return known.promise;
    }
    const body = typeof draft === "string" ? { content: draft } : draft;
    const order = Math.max(this.lastOrder + 1, Date.now());
    this.lastOrder = order;
    const item: Kept = {
      ...body,
      clientId,
      channelId,
      createdAt: new Date().toISOString(),
      state: "sending",
      error: null,
      attempts: 0,
      scope: this.scope,
      order,
    };
    const answer = promise();
    if (!this.fits(item)) {
      answer.reject(new CarillonError("OUTBOX_FULL", "Too much waits to be sent"));
      return answer.promise;
    }
    this.waiting.set(clientId, answer);
    this.put(item).then(() => this.drain());
    return answer.promise;
  }

  private fits(item: Kept): boolean {
    let bytes = sizeOf(item);
    for (const other of this.items.values()) {
      bytes += sizeOf(other);
    }
    return (
      this.items.size < (this.bounds.maxCount ?? MAX_COUNT) &&
      bytes <= (this.bounds.maxBytes ?? MAX_BYTES)
    );
  }

  /** Shown at once, kept and told before it is sent. */
  private async put(item: Kept): Promise<void> {
    this.items.set(item.clientId, item);
    this.publish();
    if (item.scope !== "") {
      await this.shelf.put(item);
    }
    this.core.peers.tell({ outbox: "put", item } satisfies Note);
  }

  /** Another tab's note; whether it was for the outbox. */
  hear(note: unknown): void {
    const told = note as Note;
    if (told.outbox === "put") {
      this.items.set(told.item.clientId, told.item);
      if (told.item.state === "failed") {
        this.reject(told.item);
      }
      this.publish();
      this.drain();
    } else if (told.outbox === "gone") {
      this.gone(told.clientId, told.receipt);
    }
  }

  async retry(clientId: string): Promise<void> {
    const item = this.items.get(clientId);
    if (item?.state === "failed") {
      await this.put({ ...item, state: "sending", error: null, attempts: 0 });
      this.drain();
    }
  }

  async discard(clientId: string): Promise<void> {
    const item = this.items.get(clientId);
    if (item !== undefined) {
      this.core.peers.tell({ outbox: "gone", clientId } satisfies Note);
      this.gone(clientId);
      await this.shelf.delete(item);
    }
  }

  /** The message itself has come: it is stored, whatever became of the answer. */
  arrived(message: Message): void {
    const { clientId, id, offset, createdAt = "" } = message;
    if (clientId !== undefined && this.items.has(clientId)) {
      this.stored({
        id,
        clientId,
        ...(offset === undefined ? {} : { offset }),
        createdAt,
        duplicate: false,
      });
      this.items.delete(clientId);
      this.publish();
    }
  }

  /** A channel has come as far as this: what it has sent up to there is among its messages. */
  reached(channelId: string, offset: number): void {
    let changed = false;
    for (const item of [...this.items.values()]) {
      if (item.channelId === channelId && item.state === "sent" && (item.offset ?? 0) <= offset) {
        changed = this.items.delete(item.clientId) || changed;
      }
    }
    if (changed) {
      this.publish();
    }
  }

  private stored(receipt: Receipt): void {
    const item = this.items.get(receipt.clientId);
    if (item !== undefined && item.state !== "sent") {
      this.shelf.delete(item);
      this.core.peers.tell({ outbox: "gone", clientId: item.clientId, receipt } satisfies Note);
    }
    this.gone(receipt.clientId, receipt);
  }

  /** Stored or discarded. A stored one is shown until the message itself is there. */
  private gone(clientId: string, receipt?: Receipt): void {
    const item = this.items.get(clientId);
    const answer = this.waiting.get(clientId);
    this.waiting.delete(clientId);
    if (receipt === undefined) {
      answer?.reject(new CarillonError("CLOSED", "Discarded"));
    } else {
      answer?.resolve(receipt);
    }
    if (item !== undefined) {
      const { offset } = receipt ?? {};
      if (offset !== undefined && this.core.isAwaited(item.channelId, offset)) {
        this.items.set(clientId, { ...item, state: "sent", error: null, offset });
      } else {
        this.items.delete(clientId);
      }
      this.publish();
    }
  }

  private reject(item: Kept): void {
    this.waiting.get(item.clientId)?.reject(revive(item) as CarillonError);
    this.waiting.delete(item.clientId);
  }

  private publish(): void {
    const kept = [...this.items.values()].sort((a, b) => a.order - b.order);
    const items = kept.map((item): Outgoing => {
      const { scope: _, order: __, ...rest } = item;
      return { ...rest, error: revive(item) };
    });
    this.state.set({
      items,
      waiting: items.filter((item) => item.state === "sending").length,
      failed: items.filter((item) => item.state === "failed").length,
    });
  }

  // ---- sending

  /** A new connection, or the lead: whatever was under way is tried anew. */
  restart(): void {
    for (const timer of this.busy.values()) {
      clearTimeout(timer ?? undefined);
    }
    this.busy = new Map();
    this.drain();
  }

  private drain(): void {
    if (!this.core.peers.leads() || !this.core.isLive() || this.core.auth.me === null) {
      return;
    }
    const { busy } = this;
    for (const item of [...this.items.values()].sort((a, b) => a.order - b.order)) {
      if (item.state === "sending" && item.scope === this.scope && !busy.has(item.channelId)) {
        busy.set(item.channelId, null);
        this.transmit(item, busy);
      }
    }
  }

  private async transmit(item: Kept, busy: Map<string, unknown>): Promise<void> {
    const { channelId, clientId, content, name, payload } = item;
    const body = name === undefined ? { content } : { name, payload };
    let pause = 0;
    try {
      const data = { channelId, ...body, clientId };
      const ack = await this.core.ask("message:send", data, SEND_MILLIS);
      this.stored({ ...ack, clientId, duplicate: ack.duplicate ?? false });
    } catch (failure) {
      if (busy !== this.busy || !this.items.has(clientId)) {
        this.free(channelId, busy);
        return; // the next connection's affair
      }
      pause = await this.refused(item, asError(failure));
    }
    if (busy === this.busy && pause > 0) {
      const timer = setTimeout(() => this.free(channelId, busy), pause);
      this.busy.set(channelId, timer);
    } else {
      this.free(channelId, busy);
    }
  }

  private free(channelId: string, busy: Map<string, unknown>): void {
    busy.delete(channelId);
    this.drain();
  }

  /** Decides what follows from a refusal; the pause before the next attempt in that channel. */
  private async refused(item: Kept, error: CarillonError): Promise<number> {
    const { code } = error;
    if (code === "TIMEOUT" || code === "NETWORK") {
      return SOON_MILLIS; // nobody refused it
    }
    const attempts = item.attempts + 1;
    const signedOut = code === "UNAUTHENTICATED" || code === "TOKEN_EXPIRED";
    const kept = { code, message: error.message };
    if (!signedOut && (error.retry === "NEVER" || attempts >= MAX_ATTEMPTS)) {
      const failed: Kept = { ...item, state: "failed", error: kept, attempts };
      await this.put(failed);
      this.reject(failed);
      return 0;
    }
    await this.put({ ...item, error: kept, attempts: signedOut ? item.attempts : attempts });
    return Math.max(SOON_MILLIS / 5, delayBefore(attempts, error, this.core.env.random));
  }

  close(): void {
    this.restart();
    for (const answer of this.waiting.values()) {
      answer.reject(new CarillonError("CLOSED", "The client is closed"));
    }
    this.waiting.clear();
  }
}

function revive(item: Kept): CarillonError | null {
  return item.error && new CarillonError(item.error.code as ErrorCode, item.error.message);
}

function sizeOf(item: Kept): number {
  return 2 * (item.content?.length ?? JSON.stringify(item.payload ?? null).length) + 200;
}

/** A promise with its handles; that nobody waits for its failure is no fault. */
function promise() {
  let resolve!: (receipt: Receipt) => void;
  let reject!: (error: CarillonError) => void;
  const made = new Promise<Receipt>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  made.catch(() => {});
  return { promise: made, resolve, reject };
}
