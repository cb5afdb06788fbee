/**
 * A WebSocket constructor whose connections can be cut from outside, as a failing network does:
 * without a closing handshake that the client asked for.
 */
export function cuttableSockets(): {
  WebSocket: new (url: string, protocols?: string | string[]) => WebSocket;
  /** Cuts all that are open; answers how many. */
  cut(): number;
} {
  const open = new Set<WebSocket>();
  class CuttableSocket extends WebSocket {
    constructor(url: string, protocols?: string | string[]) {
      super(url, protocols);
      open.add(this);
      this.addEventListener("close", () => open.delete(this));
    }
  }
  return {
    WebSocket: CuttableSocket,
    cut: () => {
      const sockets = [...open];
      for (const socket of sockets) {
        socket.close(4000, "cut by hand");
      }
      return sockets.length;
    },
  };
}

/**
 * Requests of which the next one with a token has one that the server refuses, as an expired one is,
 * when told to.
 */
export function spoilableRequests(): {
  fetch: typeof fetch;
  /** The next token is refused. */
  spoil(): void;
  /** How many tokens have been refused. */
  readonly refused: number;
} {
  let isSpoilt = false;
  let refused = 0;
  return {
    fetch: async (input, init) => {
      const headers = new Headers(init?.headers);
      const token = headers.get("Authorization");
      if (!isSpoilt || token === null) {
        return fetch(input, init);
      }
      isSpoilt = false;
      // The signature no longer fits: to the server it is as good as over.
      headers.set("Authorization", `${token.slice(0, -8)}AAAAAAAA`);
      const answer = await fetch(input, { ...init, headers });
      refused += answer.status === 401 ? 1 : 0;
      return answer;
    },
    spoil: () => {
      isSpoilt = true;
    },
    get refused() {
      return refused;
    },
  };
}
