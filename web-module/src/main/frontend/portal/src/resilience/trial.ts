import {
  type Cell,
  type Channel,
  type Client,
  type ConnectionState,
  cell,
  createClient,
  type Me,
  type Message,
  type Store,
} from "@carillon/client";
import { cuttableSockets, spoilableRequests } from "./faults";
import { Ledger, type Totals } from "./ledger";
import { trialChannel } from "./trialChannel";

/** What happened in a trial; a key of the texts below `resilience.log`. */
export type Happening = "started" | "cut" | "token" | "duplicate" | "compared" | "failed" | "back";

/** The state of a trial. */
export interface TrialState {
  readonly phase: "opening" | "idle" | "running" | "settling" | "over" | "failed";
  readonly connection: ConnectionState;
  readonly totals: Totals;
  readonly cuts: number;
  readonly refusedTokens: number;
  /** Latest first. */
  readonly log: readonly { readonly key: number; readonly at: Date; readonly what: Happening }[];
  readonly failure: unknown;
}

/** What is done with the connection while messages go out: by the number of the message. */
const SCRIPT: ReadonlyMap<number, Happening> = new Map([
  [4, "duplicate"],
  [7, "cut"],
  [12, "token"],
  [16, "duplicate"],
  [19, "cut"],
]);
const RUN_MESSAGES = 24;
const BETWEEN_MILLIS = 200;
const SETTLE_MILLIS = 60_000;
const MAX_LOG = 40;
const PAGE = 100;
const MAX_PAGES = 50;

/**
 * Sends numbered messages over a connection of its own while that is cut, its token refused and
 * sends repeated, and keeps a ledger of every single one: by the receipts of the server, by what was
 * delivered, and at the end by the server's history.
 */
export class Trial {
  readonly state: Store<TrialState>;
  private readonly cell: Cell<TrialState>;
  private readonly client: Client;
  private readonly channelId: string;
  private readonly channel: Channel;
  private readonly sockets = cuttableSockets();
  private readonly requests = spoilableRequests();
  private readonly ends: (() => void)[] = [];
  private ledger = new Ledger();
  private firstOffset = 0;
  private cuts = 0;
  private nextKey = 0;
  private readonly run = crypto.randomUUID?.().slice(0, 8) ?? String(Date.now());
  private next = 1;
  private isClosed = false;

  /**
   * @param url where Carillon is
   * @param renew a fresh token of the session
   */
  constructor(url: URL, me: Me, renew: () => Promise<string>) {
    this.client = createClient({
      url,
      me,
      share: false, // what is done to it here must not happen to other tabs
      transports: ["websocket"],
      token: renew,
      environment: {
        WebSocket: this.sockets.WebSocket,
        fetch: this.requests.fetch,
        indexedDB: null,
      },
    });
    this.channelId = trialChannel(me.id);
    this.channel = this.client.channel(this.channelId);
    this.cell = cell<TrialState>({
      phase: "opening",
      connection: this.client.connection.get(),
      totals: this.ledger.totals(false),
      cuts: 0,
      refusedTokens: 0,
      log: [],
      failure: null,
    });
    this.state = this.cell;
  }

  /** Makes the user's own channel for trials, if need be, and listens to it. */
  async open(): Promise<void> {
    try {
      // Asked first: a browser writes every refusal down as an error.
      const { channels } = await this.client.request<{
        channels: readonly { channelId: string }[];
      }>("GET", "api/channels");
      if (!channels.some((one) => one.channelId === this.channelId)) {
        await this.client.request("POST", "api/channels", {
          channelId: this.channelId,
          kind: "CHAT",
          visibility: "PRIVATE",
          policy: { history: "P1D" },
        });
      }
      if (this.isClosed) {
        return;
      }
      this.ends.push(
        this.client.connection.subscribe(() => this.connectionChanged()),
        this.channel.open({ onMessage: (message) => this.arrived(message) }),
      );
      this.cell.patch({ phase: "idle" });
    } catch (failure) {
      this.cell.patch({ phase: "failed", failure });
    }
  }

  close(): void {
    this.isClosed = true;
    for (const end of this.ends) {
      end();
    }
    this.client.close();
  }

  /** The whole script; ends when all is settled, or after a minute. */
  async runScript(): Promise<void> {
    if (!["idle", "over"].includes(this.cell.get().phase)) {
      return;
    }
    this.ledger = new Ledger();
    this.cuts = 0;
    this.cell.patch({ phase: "running", log: [], failure: null });
    this.note("started");
    try {
      const page = await this.history("limit=1");
      this.firstOffset = page.messages.at(-1)?.offset ?? 0;
      for (let number = 1; number <= RUN_MESSAGES && !this.isClosed; number++) {
        const what = SCRIPT.get(number);
        this.send(what === "duplicate");
        if (what === "cut") {
          this.cut();
        } else if (what === "token") {
          this.refuseToken();
        }
        await pause(BETWEEN_MILLIS);
      }
      await this.settle();
    } catch (failure) {
      this.note("failed");
      this.cell.patch({ phase: "over", failure });
    }
  }

  /** Sends one message, or one twice with the same client id. */
  send(twice = false): void {
    const clientId = `${this.run}-${this.next++}`;
    this.ledger.sent(clientId);
    const once = () =>
      this.channel.send(`Trial ${clientId}`, clientId).then(
        (receipt) => {
          this.ledger.stored(clientId, receipt.duplicate);
          this.show();
        },
        (failure) => this.cell.patch({ failure }),
      );
    if (twice) {
      this.note("duplicate");
      // Past the outbox, which would know it: as a client does that heard no answer.
      once().then(() => this.repeat(clientId));
    } else {
      once();
    }
    this.show();
  }

  private async repeat(clientId: string): Promise<void> {
    try {
      const path = `api/channels/${encodeURIComponent(this.channelId)}/messages`;
      const first = this.channel.get().messages.find((one) => one.clientId === clientId);
      const again = await this.client.request<Message>("POST", path, {
        content: `Trial ${clientId}`,
        clientId,
      });
      this.ledger.stored(clientId, first === undefined || first.id === again.id);
      this.show();
    } catch (failure) {
      this.cell.patch({ failure });
    }
  }

  /** Cuts the connection. */
  cut(): void {
    this.cuts += this.sockets.cut();
    this.note("cut");
  }

  /** Cuts the connection, and its next token is one that the server refuses. */
  refuseToken(): void {
    this.requests.spoil();
    this.note("token");
    this.sockets.cut();
  }

  /** Waits until everything is delivered, then looks at what the server has. */
  async settle(): Promise<void> {
    this.cell.patch({ phase: "settling" });
    const until = Date.now() + SETTLE_MILLIS;
    while (!this.ledger.settled && Date.now() < until && !this.isClosed) {
      await pause(100);
    }
    const ids: string[] = [];
    let after = this.firstOffset;
    for (let count = 0; count < MAX_PAGES; count++) {
      const page = await this.history(`after=${after}&limit=${PAGE}`);
      ids.push(...page.messages.flatMap((one) => one.clientId ?? []));
      after = page.messages.at(-1)?.offset ?? after;
      if (!page.hasMore) {
        break;
      }
    }
    this.ledger.compared(ids);
    this.note("compared");
    this.cell.patch({ phase: "over", totals: this.ledger.totals(true) });
  }

  private history(query: string): Promise<{ messages: Message[]; hasMore: boolean }> {
    return this.client.request(
      "GET",
      `api/channels/${encodeURIComponent(this.channelId)}/messages?${query}`,
    );
  }

  private arrived(message: Message): void {
    this.ledger.delivered(message.clientId, message.offset);
    this.show();
  }

  private connectionChanged(): void {
    const before = this.cell.get().connection;
    const connection = this.client.connection.get();
    this.cell.patch({ connection });
    if (connection.connects > before.connects && before.connects > 0) {
      this.note("back");
    }
  }

  private note(what: Happening): void {
    const entry = { key: this.nextKey++, at: new Date(), what };
    this.cell.patch({ log: [entry, ...this.cell.get().log].slice(0, MAX_LOG) });
    this.show();
  }

  private show(): void {
    this.cell.patch({
      totals: this.ledger.totals(this.cell.get().phase === "over"),
      cuts: this.cuts,
      refusedTokens: this.requests.refused,
    });
  }
}

function pause(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}
