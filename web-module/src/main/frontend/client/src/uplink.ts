import type { Auth } from "./auth";
import { isHidden, isOffline, onPage } from "./environment";
import { asError, CarillonError } from "./errors";
import { type Cell, cell, type Store } from "./store";
import type { ConnectionState, Environment, Transport } from "./types";
import { delayBefore, Pause } from "./wait";
import { openWebSocket } from "./webSocketWire";
import type { Frame, Wire, WireHandler } from "./wire";

const OFFLINE_MILLIS = 30_000; // browsers may be wrong about it
const STEADY_MILLIS = 2_000; // a connection that lived so long was none that failed
const CLIMB_MILLIS = 60_000;
const MAX_CLIMB_MILLIS = 600_000;
const SIGNED_OUT_MILLIS = 3_600_000;
const HEARD_MILLIS = 1_000; // so often at most the state says when the server was heard
const RENEW_AGAIN_MILLIS = 5_000;
const MAX_TIMER_MILLIS = 86_400_000;
const WILLING_FAILURES = 3; // of a transport that has worked before

/** What a page's channels talk through: a connection of its own, or another tab's. */
export interface Link {
  readonly state: Store<ConnectionState>;
  /** Names the present connection; null while there is none. What was joined before is gone then. */
  readonly generation: Store<string | null>;
  onFrame: ((frame: Frame) => void) | null;
  send(frame: Frame): void;
  connect(): void;
  retry(): void;
  close(): void;
}

export const IDLE: ConnectionState = {
  status: "idle",
  transport: null,
  role: "alone",
  tabs: 1,
  retryAt: null,
  attempts: 0,
  connects: 0,
  latencyMillis: null,
  lastHeardAt: null,
  error: null,
};

/** Makes the connection and makes it again, until it is closed. */
export class Uplink implements Link {
  readonly state: Cell<ConnectionState> = cell(IDLE);
  readonly generation = cell<string | null>(null);
  onFrame: ((frame: Frame) => void) | null = null;

  private wire: Wire | null = null;
  private finish: ((error: CarillonError) => void) | null = null;
  private readonly pause = new Pause();
  private readonly transports: readonly Transport[];
  private level = 0;
  private troubles = 0; // in a row, of the transport at this level
  private readonly worked = new Set<Transport>();
  private climbAfter = CLIMB_MILLIS;
  private running = false;
  private closed = false;
  private readonly unhear: (() => void)[] = [];

  constructor(
    private readonly env: Environment,
    private readonly auth: Auth,
    transports: readonly Transport[],
    private readonly name: string,
  ) {
    const usable = transports.filter((one) => one !== "websocket" || env.WebSocket !== null);
    this.transports = usable.length > 0 ? usable : ["poll"];
  }

  connect(): void {
    if (this.running || this.closed) {
      return;
    }
    this.running = true;
    this.unhear.push(
      onPage("window", ["online", "pageshow"], () => this.wake()),
      onPage("window", ["offline"], () => this.end(new CarillonError("NETWORK", "Offline", "NOW"))),
      onPage("document", ["visibilitychange", "resume"], () => {
        if (!isHidden()) {
          this.wake();
        }
      }),
    );
    this.run();
  }

  retry(): void {
    this.connect();
    this.wake();
  }

  private wake(): void {
    this.pause.wake();
    this.wire?.check();
  }

  send(frame: Frame): void {
    this.wire?.send(frame);
  }

  close(): void {
    this.closed = true;
    for (const stop of this.unhear) {
      stop();
    }
    this.end(new CarillonError("CLOSED"));
    this.pause.wake();
    this.state.patch({ status: "closed", retryAt: null });
  }

  private end(error: CarillonError): void {
    this.finish?.(error);
  }

  // ---- one connection after the other

  private async run(): Promise<void> {
    let failures = 0;
    while (!this.closed) {
      let error: CarillonError;
      if (isOffline()) {
        this.state.patch({ status: "offline", retryAt: null });
        await this.pause.for(OFFLINE_MILLIS);
        if (this.closed) {
          return;
        }
      }
      this.state.patch({ status: "connecting", retryAt: null });
      const startedAt = Date.now();
      try {
        await this.auth.prepare();
        const wire = await this.open();
        error = await this.serve(wire);
        failures = Date.now() - startedAt >= STEADY_MILLIS ? 1 : failures + 1;
      } catch (failure) {
        error = asError(failure);
        failures++;
      }
      if (this.closed) {
        return;
      }
      await this.wait(error, failures);
    }
  }

  private async wait(error: CarillonError, failures: number): Promise<void> {
    if (isOffline()) {
      this.state.patch({ error, attempts: failures });
      return; // the loop says so, and waits
    }
    const unknown = error.code === "UNAUTHENTICATED" || error.code === "TOKEN_EXPIRED";
    if (unknown) {
      this.auth.expire();
    }
    // The end of a session is learned with the next attempt, which asks with fresh credentials.
    if ((unknown && error.status === 401) || error.code === "USER_CHANGED") {
      this.state.patch({ status: "signed-out", error, attempts: failures, retryAt: null });
      await this.pause.for(SIGNED_OUT_MILLIS);
      return;
    }
    const millis = delayBefore(failures, error, this.env.random);
    this.state.patch({
      status: "waiting",
      error,
      attempts: failures,
      retryAt: Math.round(Date.now() + millis),
    });
    await this.pause.for(millis);
  }

  private async open(): Promise<Wire> {
    const transport = this.transports[this.level] as Transport;
    this.state.patch({ transport });
    try {
      const wire = await this.openBy(transport, this.handler);
      this.troubles = 0;
      this.worked.add(transport);
      return wire;
    } catch (failure) {
      // The server answered requests just before: it is this transport that does not come through.
      const error = asError(failure);
      this.troubles++;
      if (error.status === 0 || error.status === 404 || error.status >= 500) {
        if (!this.worked.has(transport) || this.troubles >= WILLING_FAILURES) {
          this.level = (this.level + 1) % this.transports.length;
          this.troubles = 0;
        }
      }
      throw error;
    }
  }

  private async openBy(transport: Transport, handler: WireHandler): Promise<Wire> {
    if (transport === "websocket") {
      return openWebSocket(this.env, this.auth, handler);
    }
    const { openHttp } = await import("./httpWire"); // only for whom sockets do not reach
    return openHttp(transport, this.auth, handler);
  }

  private readonly handler: WireHandler = {
    frame: (frame) => this.onFrame?.(frame),
    heard: () => {
      const now = Date.now();
      if (now - (this.state.get().lastHeardAt ?? 0) >= HEARD_MILLIS) {
        this.state.patch({ lastHeardAt: now });
      }
    },
    latency: (latencyMillis) => this.state.patch({ latencyMillis }),
    ended: (error) => this.end(error),
  };

  /** Uses a wire until it ends; resolves to why. */
  private serve(first: Wire): Promise<CarillonError> {
    return new Promise((resolve) => {
      const timers = new Set<ReturnType<typeof setTimeout>>();
      const after = (millis: number, action: () => void) => {
        const timer = setTimeout(
          () => {
            timers.delete(timer);
            action();
          },
          Math.min(millis, MAX_TIMER_MILLIS),
        );
        timers.add(timer);
      };
      this.finish = (error) => {
        this.finish = null;
        for (const timer of timers) {
          clearTimeout(timer);
        }
        this.wire?.close();
        this.wire = null;
        this.generation.set(null);
        resolve(error);
      };
      const use = (wire: Wire) => {
        this.wire?.close();
        this.wire = wire;
        const connects = this.state.get().connects + 1;
        this.state.patch({
          status: "live",
          transport: wire.transport,
          retryAt: null,
          attempts: 0,
          error: null,
          connects,
        });
        this.generation.set(`${this.name}:${connects}`);
      };
      const renewLater = (millis: number) => {
        if (millis < Number.POSITIVE_INFINITY) {
          after(millis, async () => {
            const due = this.auth.renewIn(this.env.random);
            if (millis >= MAX_TIMER_MILLIS && due > 0) {
              renewLater(due);
              return;
            }
            try {
              const token = await this.auth.renew();
              await this.wire?.renew(token);
              if (this.finish !== null) {
                renewLater(Math.max(RENEW_AGAIN_MILLIS / 5, this.auth.renewIn(this.env.random)));
              }
            } catch (failure) {
              // Refused: the connection ends with the credentials. Not reached: perhaps soon.
              if (this.finish !== null && asError(failure).retry !== "NEVER") {
                renewLater(RENEW_AGAIN_MILLIS);
              }
            }
          });
        }
      };
      const climbLater = () => {
        if (this.level === 0) {
          return;
        }
        after(this.climbAfter, async () => {
          const up = this.level - 1;
          // Its frames count from the moment on in which it takes the other's place.
          let mine = false;
          let gone = false;
          try {
            const wire = await this.openBy(this.transports[up] as Transport, {
              ...this.handler,
              frame: (frame) => mine && this.handler.frame(frame),
              ended: (error) => {
                gone = true;
                if (mine) {
                  this.handler.ended(error);
                }
              },
            });
            if (this.finish === null || gone) {
              wire.close();
            } else {
              mine = true;
              this.level = up;
              this.troubles = 0;
              this.climbAfter = CLIMB_MILLIS;
              this.worked.add(wire.transport);
              use(wire);
            }
          } catch {
            this.climbAfter = Math.min(MAX_CLIMB_MILLIS, this.climbAfter * 2);
          }
          if (this.finish !== null) {
            climbLater();
          }
        });
      };
      use(first);
      renewLater(this.auth.renewIn(this.env.random));
      climbLater();
    });
  }
}
