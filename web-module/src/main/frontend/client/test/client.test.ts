import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createClient } from "../src/client";
import type { Client, ClientOptions } from "../src/types";
import { FakeServer } from "./fakeServer";
import { FakeBrowser } from "./fakeTabs";

let server: FakeServer;
const clients: Client[] = [];

function client(options: ClientOptions = {}): Client {
  const made = createClient({
    url: "http://carillon.test/",
    environment: server.environment(),
    ...options,
  });
  clients.push(made);
  return made;
}

/** Lets that much time pass, in small steps. */
async function pass(millis: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(millis);
  await vi.dynamicImportSettled();
}

async function until(condition: () => boolean, millis = 60_000): Promise<void> {
  const step = millis / 3_000;
  for (let waited = 0; !condition(); waited += step) {
    if (waited > millis) {
      throw new Error("it never came to be");
    }
    await pass(step);
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer("general", "random");
});

afterEach(async () => {
  for (const one of clients.splice(0)) {
    one.close();
  }
  await pass(1_000);
  vi.useRealTimers();
});

describe("a channel", () => {
  it("shows the latest page, then what happens, each once and in order", async () => {
    server.post("general", "before");
    const heard: string[] = [];
    const channel = client().channel("general");
    channel.open({ onMessage: (message) => heard.push(message.content ?? "") });
    await until(() => channel.get().status === "live");
    server.post("general", "one");
    server.post("general", "two");
    await pass(10);
    expect(channel.get().messages.map((one) => one.content)).toEqual(["before", "one", "two"]);
    expect(heard).toEqual(["one", "two"]);
    expect(channel.get()).toMatchObject({ role: "WRITER", reloaded: null, resumed: true });
  });

  it("gets what it missed while the connection was away, without repeats", async () => {
    const heard: string[] = [];
    const resets: string[] = [];
    const channel = client().channel("general");
    channel.open({
      onMessage: (message) => heard.push(message.content ?? ""),
      onReset: ({ reason }) => resets.push(reason),
    });
    await until(() => channel.get().status === "live");
    server.post("general", "1");
    await pass(10);
    server.cut();
    expect(channel.get().status).toBe("joining");
    server.post("general", "2");
    server.post("general", "3");
    await until(() => channel.get().status === "live");
    server.post("general", "4");
    await pass(10);
    expect(heard).toEqual(["1", "2", "3", "4"]);
    expect(resets).toEqual([]);
    expect(channel.get().resumed).toBe(true);
  });

  it("says so when what was missed is gone, and shows the latest page", async () => {
    const resets: string[] = [];
    const channel = client().channel("general");
    channel.open({ onReset: ({ reason }) => resets.push(reason) });
    server.post("general", "old");
    await until(() => channel.get().status === "live");
    server.cut();
    Object.assign(server.channel("general"), { epoch: "e2", messages: [] });
    server.post("general", "new");
    await until(() => channel.get().status === "live");
    await pass(10);
    expect(resets).toEqual(["epoch"]);
    expect(channel.get()).toMatchObject({ reloaded: "epoch", resumed: false });
    expect(channel.get().messages.map((one) => one.content)).toEqual(["new"]);
  });

  it("opens one connection and one subscription for any number of listeners", async () => {
    const one = client();
    const close = one.channel("general").open();
    close(); // as StrictMode does
    one.channel("general").open();
    one.channel("general").open();
    await until(() => one.channel("general").get().status === "live");
    await pass(2_000);
    expect(server.opened).toBe(1);
    expect(server.asked.filter((what) => what.startsWith("join general"))).toHaveLength(1);
    expect(server.asked).not.toContain("channel:leave");
  });

  it("is refused for good where it is not allowed", async () => {
    server.channel("random").allowed = false;
    const channel = client().channel("random");
    channel.open();
    await until(() => channel.get().status === "refused");
    expect(channel.get().error?.code).toBe("FORBIDDEN");
  });

  it("ends when the server sends the user away", async () => {
    const channel = client().channel("general");
    channel.open();
    await until(() => channel.get().status === "live");
    server.tell("general", {
      event: "channel:left",
      data: { channelId: "general", code: "FORBIDDEN", retry: "NEVER" },
    });
    expect(channel.get().status).toBe("refused");
  });

  it("keeps no more messages than it may, and says that there are more", async () => {
    const channel = client({ keep: 10 }).channel("general");
    channel.open();
    await until(() => channel.get().status === "live");
    for (let i = 0; i < 25; i++) {
      server.post("general", String(i));
    }
    await pass(10);
    expect(channel.get().messages).toHaveLength(10);
    expect(channel.get().messages.at(-1)?.content).toBe("24");
    expect(channel.get().hasMore).toBe(true);
    await channel.loadOlder(5);
    expect(
      channel
        .get()
        .messages.map((one) => one.content)
        .slice(0, 6),
    ).toEqual(["10", "11", "12", "13", "14", "15"]);
  });

  it("shows who is typing until they stop, or nothing is heard of it any more", async () => {
    const channel = client().channel("general");
    channel.open();
    await until(() => channel.get().status === "live");
    const typing = (userId: string, isTyping: boolean) =>
      server.tell("general", {
        event: "typing:update",
        data: { channelId: "general", userId, isTyping },
      });
    typing("bob", true);
    typing("carol", true);
    expect(channel.get().typing).toEqual(["bob", "carol"]);
    typing("bob", false);
    expect(channel.get().typing).toEqual(["carol"]);
    await pass(13_000);
    expect(channel.get().typing).toEqual([]);
  });

  it("says at most every four seconds that its user is typing", async () => {
    const channel = client().channel("general");
    channel.open();
    await until(() => channel.get().status === "live");
    for (let i = 0; i < 50; i++) {
      channel.type();
      await pass(100);
    }
    await pass(10_000);
    expect(server.asked.filter((what) => what === "typing:start")).toHaveLength(2);
    expect(server.asked.filter((what) => what === "typing:stop")).toHaveLength(1);
  });
});

describe("sending", () => {
  it("shows a message at once, and replaces it by the stored one by its client id", async () => {
    const channel = client().channel("general");
    channel.open();
    await until(() => channel.get().status === "live");
    server.post("general", "hello"); // the same text by somebody else
    const sent = channel.send("hello");
    expect(channel.get().outgoing).toMatchObject([{ content: "hello", state: "sending" }]);
    const receipt = await sent;
    await pass(10);
    expect(channel.get().outgoing).toEqual([]);
    expect(channel.get().messages.at(-1)).toMatchObject({
      clientId: receipt.clientId,
      authorId: "alice",
    });
    expect(channel.get().messages).toHaveLength(2);
  });

  it("stores a message once though its acknowledgement was lost", async () => {
    const channel = client().channel("general");
    channel.open();
    await until(() => channel.get().status === "live");
    server.silent.add("message:send");
    const sent = channel.send("once", "c-1");
    await pass(10);
    server.post("general", "once", "alice", "c-1"); // it was stored all the same
    server.silent.clear();
    server.cut();
    await sent;
    await until(() => channel.get().status === "live");
    expect(server.channel("general").messages).toHaveLength(1);
    expect(channel.get().outgoing).toEqual([]);
  });

  it("keeps messages for the next connection, in their order", async () => {
    const one = client();
    const channel = one.channel("general");
    channel.open();
    await until(() => channel.get().status === "live");
    server.reachable = false;
    server.cut();
    const all = Promise.all(["a", "b", "c"].map((text) => channel.send(text)));
    await pass(5_000);
    expect(one.outbox.get().waiting).toBe(3);
    server.reachable = true;
    await until(() => one.outbox.get().waiting === 0);
    await all;
    expect(server.channel("general").messages.map((message) => message.content)).toEqual([
      "a",
      "b",
      "c",
    ]);
  });

  it("fails what is refused, with the reason, until it is tried again or discarded", async () => {
    const channel = client().channel("general");
    channel.open();
    await until(() => channel.get().status === "live");
    server.refusals.push({ what: "message:send", code: "TOO_LARGE", retry: "NEVER", status: 413 });
    const refused = channel.send("large", "c-1").catch((error) => error.code);
    expect(await refused).toBe("TOO_LARGE");
    expect(channel.get().outgoing).toMatchObject([
      { state: "failed", error: { code: "TOO_LARGE" } },
    ]);
    await channel.send("next"); // is not held up
    await channel.retry("c-1");
    await until(() => channel.get().outgoing.length === 0);
    expect(server.channel("general").messages.map((one) => one.content)).toEqual(["next", "large"]);
    server.refusals.push({ what: "message:send", code: "FORBIDDEN", retry: "NEVER", status: 403 });
    await channel.send("never", "c-2").catch(() => {});
    await channel.discard("c-2");
    expect(channel.get().outgoing).toEqual([]);
  });

  it("waits as long as the server says, and keeps the order meanwhile", async () => {
    const channel = client().channel("general");
    channel.open();
    await until(() => channel.get().status === "live");
    server.refusals.push({
      what: "message:send",
      code: "RATE_LIMITED",
      retry: "AFTER_DELAY",
      status: 429,
      retryAfter: 7,
    });
    channel.send("first");
    channel.send("second");
    await pass(6_900);
    expect(server.channel("general").messages).toHaveLength(0);
    expect(channel.get().outgoing[0]).toMatchObject({
      state: "sending",
      error: { code: "RATE_LIMITED" },
    });
    await pass(3_000);
    expect(server.channel("general").messages.map((one) => one.content)).toEqual([
      "first",
      "second",
    ]);
  });

  it("takes no more than fits", async () => {
    const one = client({ outbox: { maxCount: 2 } });
    server.reachable = false;
    one.channel("general").send("1");
    one.channel("general").send("2");
    await expect(one.channel("general").send("3")).rejects.toMatchObject({ code: "OUTBOX_FULL" });
    expect(one.outbox.get().items).toHaveLength(2);
  });
});

describe("the connection", () => {
  it("comes back with growing delays, at most half a minute", async () => {
    server.reachable = false;
    const one = client();
    one.connect();
    const delays: number[] = [];
    one.connection.subscribe(() => {
      const { status, retryAt } = one.connection.get();
      if (status === "waiting" && retryAt !== null) {
        delays.push(retryAt - Date.now());
      }
    });
    await pass(300_000);
    expect(delays.length).toBeGreaterThan(8);
    expect(delays.length).toBeLessThan(30);
    expect(delays[0]).toBeLessThanOrEqual(2_000);
    expect(Math.max(...delays)).toBeLessThanOrEqual(30_000);
    expect(delays.at(-1)).toBeGreaterThan(15_000);
    server.reachable = true;
    one.retry();
    await until(() => one.connection.get().status === "live", 1_000);
  });

  it("honours Retry-After", async () => {
    server.refusals.push({
      what: "GET api/me",
      code: "OVERLOADED",
      retry: "AFTER_DELAY",
      status: 503,
      retryAfter: 20,
    });
    const one = client();
    one.connect();
    await pass(19_000);
    expect(one.connection.get()).toMatchObject({
      status: "waiting",
      error: { code: "OVERLOADED" },
    });
    await pass(7_000);
    expect(one.connection.get().status).toBe("live");
  });

  it("comes back soon when the node drains", async () => {
    const one = client();
    one.connect();
    await until(() => one.connection.get().status === "live");
    await pass(5_000);
    server.tell("org:demo", { event: "server:drain", data: { retry: "NOW" } });
    server.cut(4503);
    await pass(600);
    expect(one.connection.get()).toMatchObject({ status: "live", connects: 2 });
  });

  it("notices a server that does not answer any more", async () => {
    const one = client();
    one.connect();
    await until(() => one.connection.get().status === "live");
    server.silent.add("ping");
    await pass(45_000);
    server.silent.clear();
    await until(() => one.connection.get().connects === 2);
  });

  it("asks for a sign-in where the server knows nobody, and goes on after it", async () => {
    server.signedIn = false;
    const one = client();
    one.connect();
    await until(() => one.connection.get().status === "signed-out");
    await pass(120_000);
    expect(server.asked.filter((what) => what === "GET api/me").length).toBeLessThan(4);
    server.signedIn = true;
    one.retry();
    await until(() => one.connection.get().status === "live");
  });

  it("does not go on as another user", async () => {
    const one = client();
    one.connect();
    await until(() => one.connection.get().status === "live");
    await pass(5_000);
    server.user = "mallory";
    server.cut();
    await until(() => one.connection.get().status === "signed-out");
    expect(one.connection.get().error?.code).toBe("USER_CHANGED");
  });

  it("renews the session inside the connection", async () => {
    const lifetime = 100_000;
    server.expiresAt = new Date(Date.now() + lifetime).toISOString();
    const one = client();
    one.connect();
    await until(() => one.connection.get().status === "live");
    server.expiresAt = new Date(Date.now() + 3 * lifetime).toISOString();
    await pass(lifetime);
    expect(server.renewals).toBe(1);
    expect(server.asked).toContain("auth:renew");
    expect(one.connection.get().connects).toBe(1);
  });

  it("asks the page for a token when one is needed, and again before it ends", async () => {
    let asked = 0;
    const token = () => {
      asked++;
      return { token: `t${asked}`, expiresAt: new Date(Date.now() + 60_000).toISOString() };
    };
    const one = client({ token });
    one.connect();
    await until(() => one.connection.get().status === "live");
    expect(asked).toBe(1);
    await pass(59_000);
    expect(asked).toBe(2);
    expect([...server.sockets][0]?.url).toBe("ws://carillon.test/ws?ticket=ticket");
    expect(one.connection.get().connects).toBe(1);
  });

  it("climbs down from a transport that lets nothing through, and back", async () => {
    server.broken.add("websocket");
    const one = client({ transports: ["websocket", "poll"] });
    const heard: string[] = [];
    const channel = one.channel("general");
    channel.open({ onMessage: (message) => heard.push(message.content ?? "") });
    await until(() => one.connection.get().status === "live" && channel.get().status === "live");
    expect(one.connection.get().transport).toBe("poll");
    server.post("general", "by poll");
    await until(() => heard.length === 1);
    await channel.send("sent by request");
    server.broken.clear();
    await until(() => one.connection.get().transport === "websocket", 200_000);
    await until(() => channel.get().status === "live");
    server.post("general", "by socket");
    await until(() => heard.includes("by socket"));
    expect(heard).toEqual(["by poll", "sent by request", "by socket"]);
  });
});

describe("tabs", () => {
  function tab(browser: FakeBrowser): { one: Client; kill: () => void } {
    const { part, kill } = browser.open();
    return { one: client({ environment: server.environment(part) }), kill };
  }

  it("share one connection, and each hears everything", async () => {
    const browser = new FakeBrowser();
    const tabs = Array.from({ length: 10 }, () => tab(browser));
    const heard = tabs.map(() => [] as string[]);
    tabs.forEach(({ one }, i) => {
      one
        .channel("general")
        .open({ onMessage: (message) => heard[i]?.push(message.content ?? "") });
    });
    await until(() => tabs.every(({ one }) => one.channel("general").get().status === "live"));
    expect(server.opened).toBe(1);
    expect(
      tabs.map(({ one }) => one.connection.get().role).filter((role) => role === "leader"),
    ).toHaveLength(1);
    server.post("general", "hello");
    const sent = tabs[7]?.one.channel("general").send("from a follower");
    await pass(100);
    await sent;
    for (const list of heard) {
      expect(list).toEqual(["hello", "from a follower"]);
    }
    expect(tabs[3]?.one.connection.get().tabs).toBe(10);
  });

  it("go on without loss when the one with the connection dies", async () => {
    const browser = new FakeBrowser();
    const [first, second, third] = [tab(browser), tab(browser), tab(browser)];
    const heard: string[] = [];
    first.one.channel("general").open();
    second.one
      .channel("general")
      .open({ onMessage: (message) => heard.push(message.content ?? "") });
    third.one.channel("random").open();
    await until(() => second.one.channel("general").get().status === "live");
    server.post("general", "1");
    await pass(10);
    first.kill();
    server.cut(); // its socket goes with it
    server.post("general", "2");
    const sent = second.one.channel("general").send("3");
    await until(() => heard.length === 3);
    await sent;
    server.post("general", "4");
    await pass(100);
    expect(heard).toEqual(["1", "2", "3", "4"]);
    expect([second, third].map(({ one }) => one.connection.get().role)).toContain("leader");
  });

  it("get what each of them lacks, though the channel is joined already", async () => {
    const browser = new FakeBrowser();
    const first = tab(browser);
    const heard: string[] = [];
    first.one
      .channel("general")
      .open({ onMessage: (message) => heard.push(message.content ?? "") });
    await until(() => first.one.channel("general").get().status === "live");
    server.post("general", "1");
    server.post("general", "2");
    await pass(10);
    const late: string[] = [];
    const second = tab(browser);
    second.one
      .channel("general")
      .open({ since: "e1-0", onMessage: (message) => late.push(message.content ?? "") });
    await until(() => late.length === 2);
    server.post("general", "3");
    await pass(100);
    expect(late).toEqual(["1", "2", "3"]);
    expect(heard).toEqual(["1", "2", "3"]);
  });

  it("miss nothing that happens while they join", async () => {
    const browser = new FakeBrowser();
    const tabs = Array.from({ length: 6 }, () => tab(browser));
    const heard = tabs.map(() => [] as string[]);
    tabs.forEach(({ one }, i) => {
      one
        .channel("general")
        .open({ onMessage: (message) => heard[i]?.push(message.content ?? "") });
    });
    await until(() => tabs.every(({ one }) => one.channel("general").get().status === "live"));
    const expected: string[] = [];
    for (let round = 0; round < 4; round++) {
      server.cut();
      for (let i = 0; i < 100; i++) {
        await vi.advanceTimersByTimeAsync(30);
        expected.push(String(expected.length));
        server.post("general", String(expected.length - 1));
      }
    }
    await until(() => heard.every((list) => list.length >= expected.length));
    for (const list of heard) {
      expect(list).toEqual(expected);
    }
  });

  it("leave a channel only when no tab wants it any more", async () => {
    const browser = new FakeBrowser();
    const [first, second] = [tab(browser), tab(browser)];
    const close = first.one.channel("general").open();
    second.one.channel("general").open();
    await until(() => second.one.channel("general").get().status === "live");
    close();
    await pass(2_000);
    const left = server.asked.lastIndexOf("channel:leave");
    expect(server.asked.lastIndexOf("join general e1-0")).toBeGreaterThan(left);
    server.post("general", "still heard");
    await pass(100);
    expect(second.one.channel("general").get().messages).toHaveLength(1);
    second.kill();
    await pass(100);
    expect(server.asked.lastIndexOf("channel:leave")).toBeGreaterThan(left);
  });
});
