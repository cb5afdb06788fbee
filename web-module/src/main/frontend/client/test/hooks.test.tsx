// @vitest-environment happy-dom
// biome-ignore-all lint/correctness/noComponentHookFactories: each test has its own component
import { act, StrictMode, useState } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createClient } from "../src/client";
import { CarillonProvider, useConnection, useOptimisticMessages, useSSE } from "../src/react";
import type { MessageItem, UseSSE } from "../src/react/types";
import { useChannel } from "../src/react/useChannel";
import type { Client, StreamEvent } from "../src/types";
import { FakeServer } from "./fakeServer";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

let server: FakeServer;
let client: Client;
let root: Root;

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer("general");
  client = createClient({ url: "http://carillon.test/", environment: server.environment() });
  root = createRoot(document.createElement("div"));
});

afterEach(async () => {
  await act(async () => root.unmount());
  client.close();
  await vi.advanceTimersByTimeAsync(1_000);
  vi.useRealTimers();
});

async function show(element: React.ReactNode): Promise<void> {
  await act(async () =>
    root.render(
      <StrictMode>
        <CarillonProvider client={client}>{element}</CarillonProvider>
      </StrictMode>,
    ),
  );
}

async function pass(millis: number): Promise<void> {
  await act(async () => {
    await vi.advanceTimersByTimeAsync(millis);
    await vi.dynamicImportSettled();
  });
}

it("connects and joins once, also when mounted twice", async () => {
  let status = "";
  function Chat() {
    useChannel("general");
    useChannel("general");
    status = useConnection().status;
    return null;
  }
  await show(<Chat />);
  await pass(3_000);
  expect(status).toBe("live");
  expect(server.opened).toBe(1);
  expect(server.asked.filter((what) => what.startsWith("join"))).toEqual(["join general -"]);
});

it("calls the latest callback, and joins nothing anew for it", async () => {
  const heard: string[] = [];
  let render: (n: number) => void = () => {};
  function Chat() {
    const [n, set] = useState(0);
    render = set;
    useChannel("general", { onMessage: (message) => heard.push(`${n} ${message.content}`) });
    return null;
  }
  await show(<Chat />);
  await pass(1_000);
  await act(async () => void server.post("general", "a"));
  for (let n = 1; n <= 5; n++) {
    await act(async () => render(n));
  }
  await act(async () => void server.post("general", "b"));
  await pass(1_000);
  expect(heard).toEqual(["0 a", "5 b"]);
  expect(server.asked.filter((what) => what.startsWith("join"))).toHaveLength(1);
  expect(server.asked).not.toContain("channel:leave");
});

it("leaves when the last component goes, and keeps what was shown", async () => {
  function Chat() {
    useChannel("general");
    return null;
  }
  await show(<Chat />);
  await pass(1_000);
  await show(null);
  await pass(1_000);
  expect(server.asked).toContain("channel:leave");
});

it("keeps an optimistic message's key, and tells equal texts apart", async () => {
  let items: readonly MessageItem[] = [];
  let send: (text: string) => Promise<unknown> = async () => {};
  function Chat() {
    ({ items, send } = useOptimisticMessages("general"));
    return null;
  }
  await show(<Chat />);
  await pass(1_000);
  server.silent.add("message:send");
  await act(async () => {
    send("same");
    send("same");
  });
  expect(items.map((item) => item.state)).toEqual(["sending", "sending"]);
  const keys = items.map((item) => item.key);
  server.post("general", "same"); // somebody else's
  await pass(100);
  expect(items.map((item) => item.state)).toEqual(["stored", "sending", "sending"]);
  server.silent.clear();
  await act(async () => void server.cut());
  await pass(10_000);
  expect(items.map((item) => item.state)).toEqual(["stored", "stored", "stored"]);
  expect(items.slice(1).map((item) => item.key)).toEqual(keys);
});

it("shows a refused message as failed, and lets it be discarded", async () => {
  let chat!: ReturnType<typeof useOptimisticMessages>;
  function Chat() {
    chat = useOptimisticMessages("general");
    return null;
  }
  await show(<Chat />);
  await pass(1_000);
  server.refusals.push({ what: "message:send", code: "ARCHIVED", retry: "NEVER", status: 409 });
  await act(async () => {
    chat.send("too late");
  });
  await pass(100);
  expect(chat.items).toMatchObject([{ state: "failed", error: { code: "ARCHIVED" } }]);
  await act(() => chat.discard(chat.items[0]?.key ?? ""));
  expect(chat.items).toEqual([]);
});

it("hands named events to their handlers over one stream", async () => {
  const text = "event: notification\nid: 7\ndata: {}\n\ndata: unnamed\n\n";
  let requests = 0;
  const streaming = createClient({
    url: "http://carillon.test/",
    environment: {
      ...server.environment(),
      fetch: async () => {
        requests++;
        const body = new ReadableStream<Uint8Array>({
          start: (out) => out.enqueue(new TextEncoder().encode(text)),
        });
        return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
      },
    },
  });
  const heard: string[] = [];
  let state!: UseSSE;
  function Feed() {
    const named = (event: StreamEvent) => heard.push(`${event.event} ${event.lastEventId}`);
    state = useSSE("api/notifications/stream", {
      on: { notification: named },
      onEvent: ({ event, data }) => heard.push(`other ${event} ${data}`),
    });
    return null;
  }
  await act(async () =>
    root.render(
      <StrictMode>
        <CarillonProvider client={streaming}>
          <Feed />
        </CarillonProvider>
      </StrictMode>,
    ),
  );
  await pass(100);
  expect(heard).toEqual(["notification 7", "other message unnamed"]);
  expect(state).toMatchObject({ status: "live", lastEventId: "7" });
  expect(requests).toBe(1);
  await act(async () => root.render(null));
  streaming.close();
});
