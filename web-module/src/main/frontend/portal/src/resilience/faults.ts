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
 * A source of tokens that gives one the server refuses, as an expired one is, when told to.
 *
 * @param renew a fresh token
 */
export function spoilableTokens(renew: () => Promise<string>): {
  token(): Promise<string>;
  /** The next token is refused. */
  spoil(): void;
  /** How many refused ones were handed out. */
  readonly refused: number;
} {
  let isSpoilt = false;
  let refused = 0;
  return {
    token: async () => {
      const fresh = await renew();
      if (isSpoilt) {
        isSpoilt = false;
        refused++;
        // The signature no longer fits: to the server it is as good as over.
        return `${fresh.slice(0, -8)}AAAAAAAA`;
      }
      return fresh;
    },
    spoil: () => {
      isSpoilt = true;
    },
    get refused() {
      return refused;
    },
  };
}
