import type { Notification } from "@carillon/client";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type ChannelSummary, changed } from "../src/channels/unread";
import { byDay } from "../src/days";
import { entriesByDay, wantsAcknowledgement } from "../src/notifications/entries";
import { Ledger } from "../src/resilience/ledger";
import { channelHash, leaveHome, listHash, parseRoute } from "../src/routes";

describe("a route", () => {
  it("is read as it was written, whatever the channel is called", () => {
    for (const name of ["general", "a/b", "ä (1)", "100%", "#?&", "..", "'*~!"]) {
      expect(parseRoute(channelHash(name, 7))).toEqual({
        page: "channel",
        channelId: name,
        offset: 7,
      });
      expect(parseRoute(listHash(name))).toEqual({ page: "list", listId: name });
      expect(channelHash(name)).not.toMatch(/[()]/);
    }
  });
  it("is home for anything else", () => {
    for (const hash of ["", "#", "#/x", "#/channels", "#/channels/%E0%A4%A"]) {
      expect(parseRoute(hash)).toEqual({ page: "home" });
    }
    expect(parseRoute("#/channels/a/-1")).toMatchObject({ offset: null });
  });
});

describe("home", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("goes on to a channel, but not over the head of who has gone elsewhere", () => {
    const replace = vi.fn();
    vi.stubGlobal("location", { hash: "#/channels/general", replace });
    leaveHome("brief");
    expect(replace).not.toHaveBeenCalled();
    vi.stubGlobal("location", { hash: "", replace });
    leaveHome("brief");
    expect(replace).toHaveBeenCalledExactlyOnceWith("#/channels/brief");
  });
});

describe("unread counts", () => {
  const channel = (position: string, unread: number, lastReadOffset: number): ChannelSummary => ({
    channelId: "general",
    kind: "CHAT",
    visibility: "PUBLIC",
    title: "",
    topic: "",
    archived: false,
    position,
    role: "WRITER",
    member: true,
    unread,
    lastReadOffset,
  });
  const message = (offset: number, authorId: string) => ({
    id: `m${offset}`,
    channelId: "general",
    offset,
    authorId,
  });

  it("rise with what others write, once each", () => {
    let list: readonly ChannelSummary[] | null = [channel("k-3-10", 0, 10)];
    list = changed.byMessage(list, message(11, "bob"), "me");
    list = changed.byMessage(list, message(11, "bob"), "me");
    list = changed.byMessage(list, message(12, "me"), "me");
    expect(list?.[0]).toMatchObject({ unread: 1, position: "k-3-12" });
  });
  it("fall with what is read on any device", () => {
    const list = [channel("k3-12", 2, 10)];
    const read = (offset: number, userId = "me") =>
      changed.byRead(list, { channelId: "general", userId, offset }, "me")?.[0]?.unread;
    expect(read(12)).toBe(0);
    expect(read(11)).toBe(1);
    expect(read(9)).toBe(2);
    expect(read(12, "bob")).toBe(2);
  });
});

describe("the notification centre", () => {
  const entry = (
    id: string,
    createdAt: string,
    more: Partial<Notification> = {},
  ): Notification => ({
    id,
    type: "x",
    title: id,
    message: "",
    url: null,
    createdAt,
    seen: false,
    read: false,
    acknowledged: false,
    announcement: false,
    ...more,
  });

  it("puts all together by day, latest first", () => {
    const days = entriesByDay(
      [entry("b", "2026-01-05T12:00:00.000Z"), entry("a", "2026-01-04T12:00:00.000Z")],
      [entry("c", "2026-01-05T12:00:01.000Z", { announcement: true })],
      false,
    );
    expect(days.map((day) => day.items.map((one) => one.id))).toEqual([["c", "b"], ["a"]]);
  });
  it("shows only what is unread when asked to", () => {
    const days = entriesByDay(
      [
        entry("b", "2026-01-05T12:00:00.000Z", { read: true }),
        entry("a", "2026-01-04T12:00:00.000Z"),
      ],
      [entry("c", "2026-01-05T12:00:01.000Z", { announcement: true })],
      true,
    );
    expect(days.flatMap((day) => day.items.map((one) => one.id))).toEqual(["a"]);
  });
  it("waits for an answer where one is due", () => {
    const due = entry("a", "2026-01-04T12:00:00.000Z", { mustAcknowledge: true });
    expect(wantsAcknowledgement(due)).toBe(true);
    expect(wantsAcknowledgement({ ...due, acknowledged: true })).toBe(false);
    expect(wantsAcknowledgement(entry("b", "2026-01-04T12:00:00.000Z"))).toBe(false);
  });
});

it("days are those of the reader's clock", () => {
  const late = new Date(2026, 0, 5, 23, 59).toISOString();
  const early = new Date(2026, 0, 6, 0, 1).toISOString();
  expect(byDay([late, early], (one) => one).map((day) => day.day)).toEqual([
    "2026-01-05",
    "2026-01-06",
  ]);
});

describe("the ledger", () => {
  it("counts what was lost, doubled and out of order", () => {
    const ledger = new Ledger();
    for (const id of ["a", "b", "c", "d"]) {
      ledger.sent(id);
    }
    for (const id of ["a", "b", "c"]) {
      ledger.stored(id, false);
    }
    ledger.stored("a", true);
    ledger.delivered("b", 2);
    ledger.delivered("a", 1);
    ledger.delivered("a", 1);
    ledger.delivered("other", 3);
    expect(ledger.settled).toBe(false);
    expect(ledger.totals(false)).toMatchObject({ lost: 0 });
    ledger.compared(["a", "b"]);
    expect(ledger.totals(true)).toEqual({
      sent: 4,
      stored: 3,
      delivered: 2,
      lost: 1,
      doubled: 1,
      duplicates: 1,
      outOfOrder: 2,
    });
  });
});
