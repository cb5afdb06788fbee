import { Auth } from "./auth";
import { Core } from "./core";
import { environment } from "./environment";
import { openStream } from "./stream";
import type { Client, ClientOptions } from "./types";

/** Makes a client. It connects with the first subscription, or when told to. */
export function createClient(options: ClientOptions = {}): Client {
  const env = environment(options.environment);
  const here = typeof location === "undefined" ? undefined : new URL("/", location.href);
  const url = new URL(options.url ?? here ?? "/", here).href.replace(/[?#].*$|\/?$/, "/");
  const auth = new Auth(url, env, options.token, options.me);
  const core = new Core(env, auth, options);
  return {
    url,
    connection: core.connection,
    outbox: core.outbox.state,
    connect: () => core.connect(),
    retry: () => core.retry(),
    close: () => core.close(),
    me: () => auth.whoAmI(),
    channel: (channelId) => core.channel(channelId),
    onEvent: (listener) => core.onEvent(listener),
    request: (method, path, body) => auth.request(method, path, body),
    stream: (path, given = {}) =>
      openStream(env, (init) => auth.fetch(path, init), {
        ...given,
        onRefused: () => auth.expire(),
      }),
    retryOutgoing: (clientId) => core.outbox.retry(clientId),
    discardOutgoing: (clientId) => core.outbox.discard(clientId),
  };
}
