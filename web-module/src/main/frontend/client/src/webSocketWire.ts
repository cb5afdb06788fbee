import type { Auth } from "./auth";
import { CarillonError, fromClose, fromServer } from "./errors";
import type { Environment } from "./types";
import {
  ANSWER_MILLIS,
  type Frame,
  OPEN_MILLIS,
  SILENCE_MILLIS,
  type Wire,
  type WireHandler,
} from "./wire";

const TICK_MILLIS = 5_000;

/**
 * Opens a WebSocket. It counts as open when the server has answered a frame: some proxies agree to
 * an upgrade and then let nothing through.
 */
export async function openWebSocket(
  env: Environment,
  auth: Auth,
  handler: WireHandler,
): Promise<Wire> {
  if (env.WebSocket === null) {
    throw new CarillonError("NETWORK", "There is no WebSocket here");
  }
  const ticket = await auth.ticket();
  const url = new URL("ws", auth.url.replace(/^http/, "ws"));
  if (ticket) {
    url.searchParams.set("ticket", ticket);
  }
  const socket: WebSocket = new env.WebSocket(url.href, ["carillon.v1"]);
  return new Promise((resolve, reject) => {
    let open = false;
    let over = false;
    let draining = false;
    let heardAt = Date.now();
    let askedAt = 0; // 0 while no ping is unanswered
    let deadline = ANSWER_MILLIS;
    let renewal: { resolve: () => void; reject: (error: CarillonError) => void } | null = null;

    const write = (frame: Frame) => {
      if (socket.readyState === 1) {
        socket.send(JSON.stringify(frame));
      }
    };
    const ping = () => {
      if (askedAt === 0) {
        askedAt = Date.now();
        write({ event: "ping", ref: "wire.ping", data: {} });
      }
    };
    const end = (error: CarillonError) => {
      if (over) {
        return;
      }
      over = true;
      clearInterval(ticker);
      clearTimeout(opening);
      renewal?.reject(error);
      socket.close();
      if (open) {
        handler.ended(error);
      } else {
        reject(error);
      }
    };
    const opening = setTimeout(
      () => end(new CarillonError("TIMEOUT", "The WebSocket does not open", "AFTER_DELAY")),
      OPEN_MILLIS,
    );
    const ticker = setInterval(() => {
      const now = Date.now();
      // In a hidden page ticks come once a minute: only an unanswered question ends it, never time.
      if (askedAt !== 0 && now - askedAt >= deadline) {
        end(new CarillonError("TIMEOUT", "The server does not answer", "AFTER_DELAY"));
      } else if (open && now - heardAt >= SILENCE_MILLIS) {
        ping();
      }
    }, TICK_MILLIS);

    socket.onopen = ping;
    socket.onclose = (event) => end(fromClose(event.code, draining));
    socket.onmessage = (event) => {
      if (over) {
        return;
      }
      heardAt = Date.now();
      handler.heard();
      let frame: Frame;
      try {
        frame = JSON.parse(event.data);
      } catch {
        end(new CarillonError("MALFORMED", "Not JSON", "AFTER_DELAY"));
        return;
      }
      if (frame.ref === "wire.ping") {
        handler.latency(heardAt - askedAt);
        askedAt = 0;
        deadline = ANSWER_MILLIS;
        if (!open) {
          open = true;
          clearTimeout(opening);
          resolve(wire);
        }
      } else if (frame.ref === "wire.renew") {
        if (frame.event === "error") {
          renewal?.reject(fromServer(frame.data));
        } else {
          renewal?.resolve();
        }
        renewal = null;
      } else {
        draining ||= frame.event === "server:drain";
        handler.frame(frame);
      }
    };

    const wire: Wire = {
      transport: "websocket",
      send: write,
      check() {
        deadline = Math.min(deadline, TICK_MILLIS);
        ping();
      },
      renew(token) {
        return new Promise((done, failed) => {
          renewal = { resolve: done, reject: failed };
          write({ event: "auth:renew", ref: "wire.renew", data: { token } });
        });
      },
      close() {
        over = true;
        clearInterval(ticker);
        clearTimeout(opening);
        socket.close(1000);
      },
    };
  });
}
