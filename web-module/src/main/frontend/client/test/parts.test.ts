import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { describe, expect, it } from "vitest";
import { createClient } from "../src/client";
import { CarillonError, codeOfStatus, fromServer } from "../src/errors";
import { fieldMerge } from "../src/merge";
import { notifications } from "../src/notifications";
import { SseParser } from "../src/sse";
import { cell } from "../src/store";
import { todos } from "../src/todos";
import type {
  CarillonEvent,
  ChannelState,
  Client,
  ConnectionState,
  StreamEvent,
  Todo,
} from "../src/types";
import { changedPart, cursor, mergePositions } from "../src/vector";
import { delayBefore } from "../src/wait";
import { FakeServer } from "./fakeServer";

const wait = (condition: () => boolean) =>
  new Promise<void>((resolve, reject) => {
    const startedAt = Date.now();
    const look = () => {
      if (condition()) {
        resolve();
      } else if (Date.now() - startedAt > 10_000) {
        reject(new Error("it never came to be"));
      } else {
        setTimeout(look, 5);
      }
    };
    look();
  });

describe("the event stream's parser", () => {
  const text =
    '\uFEFF: hello\nretry: 1500\nid: 1\nevent: notification\ndata: {"a":\ndata: 1}\r\n\r\ndata:x\rdata: y\r\r' +
    "id\n\nevent: nothing\n\ndata: z\n\ndata: unfinished\n";

  it("finds the same events however the text is cut", () => {
    for (const size of [1, 2, 3, 7, 1_000]) {
      const events: StreamEvent[] = [];
      const retries: number[] = [];
      const parser = new SseParser({
        event: (one) => events.push(one),
        retry: (one) => retries.push(one),
      });
      for (let i = 0; i < text.length; i += size) {
        parser.push(text.slice(i, i + size));
      }
      expect(events).toEqual([
        { event: "notification", data: '{"a":\n1}', lastEventId: "1" },
        { event: "message", data: "x\ny", lastEventId: "1" },
        { event: "message", data: "z", lastEventId: "" },
      ]);
      expect(retries).toEqual([1500]);
    }
  });

  it("gives up on an event without end", () => {
    const parser = new SseParser({ event: () => {} });
    expect(() => {
      for (let i = 0; i < 100; i++) {
        parser.push(`data: ${"x".repeat(100_000)}\n`);
      }
    }).toThrow(CarillonError);
  });
});

describe("positions", () => {
  it("tell which channel an event has moved on", () => {
    expect(changedPart("1_a-3.2_b-9", "1_a-3.2_b-10")).toBe("b-10");
    expect(changedPart("1_a-3.2_b-9", "1_a-3.2_b-9")).toBe("");
    expect(changedPart("1_a-3.2_b-9", "1_a-4.2_b-10")).toBeNull();
    expect(mergePositions("1_a-9.3_c-1", "1_a-3.2_b-9")).toBe("1_a-3.3_c-1.2_b-9");
    expect(cursor("k3-17")).toEqual({ epoch: "k3", offset: 17 });
    expect(cursor("rubbish")).toBeNull();
  });
});

describe("an answer without a code", () => {
  it("has that of its status, the server's own or a proxy's", () => {
    const server = [400, 401, 403, 404, 409, 413, 429, 500, 503].map(codeOfStatus);
    expect(server).toEqual([
      "MALFORMED",
      "UNAUTHENTICATED",
      "FORBIDDEN",
      "NOT_FOUND",
      "CONFLICT",
      "TOO_LARGE",
      "RATE_LIMITED",
      "INTERNAL",
      "OVERLOADED",
    ]);
    expect([408, 415, 502, 504, 507].map(codeOfStatus)).toEqual([
      "TIMEOUT",
      "MALFORMED",
      "NETWORK",
      "TIMEOUT",
      "INTERNAL",
    ]);
  });

  it("is worth another attempt where the fault is not the request's", () => {
    const retries = [408, 409, 415, 429, 502, 503].map((status) => fromServer(null, status).retry);
    expect(retries).toEqual([
      "AFTER_DELAY",
      "NEVER",
      "NEVER",
      "AFTER_DELAY",
      "AFTER_DELAY",
      "AFTER_DELAY",
    ]);
    expect(fromServer({ code: "ARCHIVED" }, 409).code).toBe("ARCHIVED");
  });
});

describe("delays", () => {
  it("follow advice, grow, and differ between clients", () => {
    const advice = new CarillonError("OVERLOADED", "", "AFTER_DELAY", 9_000);
    expect(delayBefore(1, advice, () => 0)).toBe(9_000);
    expect(delayBefore(1, new CarillonError("DRAINING", "", "NOW"), () => 1)).toBe(500);
    expect(delayBefore(1, null, () => 1)).toBe(2_000);
    expect(delayBefore(9, null, () => 1)).toBe(30_000);
    expect(delayBefore(9, null, () => 0)).toBe(15_000);
    expect(delayBefore(1, new CarillonError("OVERLOADED", "", "AFTER_DELAY", 1e9), () => 0)).toBe(
      300_000,
    );
  });
});

describe("fields of two changes", () => {
  it("are put together unless both touched the same one", () => {
    const base = { text: "a", completed: false };
    expect(fieldMerge(base, { completed: true }, { text: "b", completed: false })).toEqual({
      completed: true,
    });
    expect(fieldMerge(base, { text: "c" }, { text: "b", completed: false })).toBeNull();
    expect(fieldMerge(base, { text: "b" }, { text: "b", completed: false })).toEqual({});
  });
});

it("what was written before a reload is sent once after it", async () => {
  const server = new FakeServer("general");
  const indexedDB = new IDBFactory();
  const environment = server.environment({ indexedDB });
  const before = createClient({ url: "http://carillon.test/", environment });
  before.channel("general").open();
  await wait(() => before.channel("general").get().status === "live");
  server.silent.add("message:send");
  before.channel("general").send("kept", "c-1");
  await wait(() => server.asked.includes("message:send"));
  server.reachable = false;
  before.close(); // the page is gone

  const after = createClient({ url: "http://carillon.test/", environment });
  after.connect();
  await wait(() => after.outbox.get().waiting === 1); // seen though the server is away
  expect(after.channel("general").get().outgoing).toMatchObject([
    { content: "kept", clientId: "c-1" },
  ]);
  server.silent.clear();
  server.reachable = true;
  after.retry();
  await wait(() => after.outbox.get().items.length === 0);
  expect(server.channel("general").messages).toHaveLength(1);
  after.close();

  const third = createClient({ url: "http://carillon.test/", environment });
  third.connect();
  await wait(() => third.connection.get().status === "live");
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(third.outbox.get().items).toEqual([]);
  expect(server.channel("general").messages).toHaveLength(1);
  third.close();
});

it("what another user has written is neither shown nor sent", async () => {
  const server = new FakeServer("general");
  const environment = server.environment({ indexedDB: new IDBFactory() });
  const alice = createClient({ url: "http://carillon.test/", environment });
  alice.connect();
  await wait(() => alice.connection.get().status === "live");
  server.silent.add("message:send");
  alice.channel("general").send("alice's");
  await wait(() => server.asked.includes("message:send"));
  alice.close();
  server.silent.clear();
  server.user = "bob";
  const bob = createClient({ url: "http://carillon.test/", environment });
  bob.connect();
  await wait(() => bob.connection.get().status === "live");
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(bob.outbox.get().items).toEqual([]);
  expect(server.channel("general").messages).toEqual([]);
  bob.close();
});

// ---- shared items

/** A client whose requests a function answers. */
function fake(answer: (method: string, path: string, body: never) => unknown) {
  const state = cell({ status: "live", connects: 1 } as ConnectionState);
  const channel = cell({ status: "live", error: null } as ChannelState);
  const told: ((event: CarillonEvent) => void)[] = [];
  const client = {
    connection: state,
    connect: () => {},
    me: async () => ({ id: "alice", organization: "demo" }),
    onEvent: () => () => {},
    channel: () => ({
      ...channel,
      open: ({ onEvent }: { onEvent: (event: CarillonEvent) => void }) => {
        told.push(onEvent);
        return () => {};
      },
    }),
    request: async (method: string, path: string, body: never) => answer(method, path, body),
  };
  return { client: client as unknown as Client, told };
}

/** A list's server: versions, and refusals of stale changes. */
function listServer(stored: Todo[]) {
  const changes: object[] = [];
  return {
    changes,
    stored,
    answer: (method: string, path: string, body: Partial<Todo>) => {
      if (method === "GET") {
        return { todos: stored.map((todo) => ({ ...todo })), hasMore: false };
      }
      const todo = stored.find((one) => path.endsWith(`/${one.id}`)) as Todo;
      changes.push(body);
      if (body.version !== undefined && body.version !== todo.version) {
        throw new CarillonError("CONFLICT", "", "NEVER", null, 409, { ...todo });
      }
      Object.assign(todo, body, { version: todo.version + 1 });
      return { ...todo };
    },
  };
}

const milk = (): Todo => ({ id: "1", text: "milk", completed: false, version: 1, createdAt: "" });

describe("a shared list", () => {
  async function opened(rule: Parameters<typeof todos>[2]) {
    const server = listServer([milk()]);
    const { client, told } = fake(server.answer as never);
    const list = todos(client, "todos", rule);
    list.open();
    await wait(() => list.get().status === "live");
    return { server, list, told };
  }

  it("shows a change at once", async () => {
    const { list } = await opened("merge");
    const done = list.toggle("1");
    expect(list.get().items).toMatchObject([{ completed: true, state: "sending" }]);
    await done;
    expect(list.get().items).toMatchObject([{ completed: true, state: "stored", version: 2 }]);
  });

  it("lets two quick toggles cancel each other", async () => {
    const { list, server } = await opened("merge");
    await Promise.all([list.toggle("1"), list.toggle("1")]);
    expect(server.stored[0]).toMatchObject({ completed: false, version: 3 });
    expect(list.get().items).toMatchObject([{ completed: false, state: "stored" }]);
  });

  it("puts fields together that different people changed", async () => {
    const { list, server } = await opened("merge");
    Object.assign(server.stored[0] as Todo, { text: "oat milk", version: 2 });
    await list.change("1", { completed: true });
    expect(server.stored[0]).toMatchObject({ text: "oat milk", completed: true, version: 3 });
  });

  it("fails where both changed the same field, and keeps mine for a second try", async () => {
    const { list, server } = await opened("merge");
    Object.assign(server.stored[0] as Todo, { text: "theirs", version: 2 });
    await expect(list.change("1", { text: "mine" })).rejects.toMatchObject({ code: "CONFLICT" });
    expect(list.get().items).toMatchObject([
      { text: "theirs", state: "failed", mine: { text: "mine" } },
    ]);
    await list.retry("1");
    expect(server.stored[0]).toMatchObject({ text: "mine", version: 3 });
  });

  it("lets the server decide", async () => {
    const { list, server } = await opened("server");
    Object.assign(server.stored[0] as Todo, { text: "theirs", version: 2 });
    await expect(list.change("1", { completed: true })).rejects.toMatchObject({ code: "CONFLICT" });
    list.discard("1");
    expect(list.get().items).toMatchObject([{ text: "theirs", completed: false, state: "stored" }]);
  });

  it("lets the last write win", async () => {
    const { list, server } = await opened("last-write");
    Object.assign(server.stored[0] as Todo, { text: "theirs", version: 2 });
    await list.change("1", { text: "mine" });
    expect(server.stored[0]).toMatchObject({ text: "mine" });
    expect(server.changes).toEqual([{ text: "mine" }]);
  });

  it("asks a rule of one's own", async () => {
    const { list, server } = await opened((_, mine, theirs) => ({
      text: `${theirs.text}+${mine.text}`,
    }));
    Object.assign(server.stored[0] as Todo, { text: "theirs", version: 2 });
    await list.change("1", { text: "mine" });
    expect(server.stored[0]).toMatchObject({ text: "theirs+mine" });
  });

  it("shows what was added once, though it is told before the request is answered", async () => {
    let answer: (todo: Todo) => void = () => {};
    const server = listServer([]);
    const { client, told } = fake(((method: string, path: string, body: { clientId: string }) =>
      method === "POST"
        ? new Promise<Todo>((resolve) => {
            answer = resolve;
            told[0]?.({
              event: "message:new",
              id: "e-1",
              data: { ...milk(), payload: { text: "milk" }, clientId: body.clientId },
            });
          })
        : (server.answer as (...all: unknown[]) => unknown)(method, path, body)) as never);
    const list = todos(client, "todos", "merge");
    list.open();
    await wait(() => list.get().status === "live");
    const added = list.add("milk");
    expect(list.get().items).toMatchObject([{ id: "1", text: "milk", state: "stored" }]);
    answer(milk());
    expect(await added).toMatchObject({ id: "1" });
    expect(list.get().items).toHaveLength(1);
  });

  it("follows what others do", async () => {
    const { list, told } = await opened("merge");
    const payload = { text: "bread", completed: false };
    told[0]?.({
      event: "message:new",
      id: "e-2",
      data: { id: "2", payload, version: 1, createdAt: "" },
    });
    expect(list.get().items.map((item) => item.text)).toEqual(["milk", "bread"]);
    told[0]?.({ event: "message:deleted", id: "e-3", data: { id: "1" } });
    expect(list.get().items.map((item) => item.text)).toEqual(["bread"]);
  });
});

it("the notification centre counts, follows, and tells of each arrival once", async () => {
  const entry = { id: "n1", type: "t", title: "T", message: null, url: null, createdAt: "" };
  const { client, told } = fake((_method, path) => {
    if (path.startsWith("api/notifications/count")) {
      return { unread: 1 };
    }
    return path.startsWith("api/announcements")
      ? { announcements: [], hasMore: false }
      : {
          notifications: [{ ...entry, seen: true, read: false, acknowledged: false }],
          hasMore: false,
        };
  });
  const centre = notifications(client);
  const arrived: string[] = [];
  centre.open((one) => arrived.push(one.id));
  await wait(() => centre.get().status === "live" && told.length === 2);
  expect(centre.get()).toMatchObject({ unread: 1, unseen: 0 });
  const second = { event: "notification", id: "e-2", data: { ...entry, id: "n2" } };
  told[0]?.(second);
  told[0]?.(second);
  expect(arrived).toEqual(["n2"]);
  expect(centre.get()).toMatchObject({ unread: 2, unseen: 1 });
  told[0]?.({
    event: "notification:updated",
    id: "e-3",
    data: { id: "n2", state: "READ", seen: true, read: true, acknowledged: false },
  });
  expect(centre.get()).toMatchObject({ unread: 1, unseen: 0 });
});
