import type { MessageItem } from "@carillon/client/react";
import { describe, expect, it } from "vitest";
import { safeLink } from "../src/chat/Markdown";
import { complete, mentionAt, mentions, piecesOf, suggestions } from "../src/chat/mentions";
import { excerptOf, splitQuote, withQuote } from "../src/chat/quote";
import { rowsOf } from "../src/chat/rows";

describe("a reply", () => {
  const quote = { authorName: "Bob [x]", channelId: "a/b (c)", offset: 17, excerpt: "What\nnow?" };

  it("comes back as it was sent", () => {
    const { quote: read, text } = splitQuote(withQuote(quote, "Nothing.\n\nReally."));
    expect(read).toEqual({ ...quote, excerpt: "What now?" });
    expect(text).toBe("Nothing.\n\nReally.");
  });
  it("keeps a quote of one's own apart", () => {
    expect(splitQuote(withQuote(quote, "> yes\n\nno")).text).toBe("> yes\n\nno");
  });
  it("quotes what was said, not what that had quoted", () => {
    expect(excerptOf(withQuote(quote, "short"))).toBe("short");
    expect([...excerptOf("🙂".repeat(200))]).toHaveLength(141);
  });
  it("is nothing else that looks a little like it", () => {
    for (const content of ["> [a](https://x.example) b\n\nc", "> b", "[a](#/channels/x/1) b", ""]) {
      expect(splitQuote(content)).toEqual({ quote: null, text: content });
    }
  });
});

describe("a mention", () => {
  it("is found at the caret", () => {
    expect(mentionAt("hi @al", 6)).toEqual({ start: 3, typed: "al" });
    expect(mentionAt("@", 1)).toEqual({ start: 0, typed: "" });
    expect(mentionAt("me@example", 10)).toBeNull();
    expect(mentionAt("hi @al there", 12)).toBeNull();
  });
  it("is completed", () => {
    expect(complete("hi @al there", { start: 3, typed: "al" }, "alice")).toEqual({
      text: "hi @alice there",
      caret: 10,
    });
  });
  it("is offered by handle and name, the best first", () => {
    const people = [
      { userId: "carol", name: "Carol Albright" },
      { userId: "alice", name: "Alice" },
      { userId: "bob", name: "Bob" },
      { userId: "sal", name: "Sally" },
    ];
    expect(suggestions(people, "al").map((one) => one.userId)).toEqual(["alice", "carol", "sal"]);
  });
  it("ends where the handle does, and is no address of mail", () => {
    expect(piecesOf("@bob. See a@b.example, @é-1").map((one) => one.userId)).toEqual([
      "bob",
      null,
      "é-1",
    ]);
    expect(mentions("hello @bob!", "bob")).toBe(true);
    expect(mentions("hello @bobby", "bob")).toBe(false);
  });
});

describe("a link", () => {
  it("leads to the web, to mail or to a channel", () => {
    for (const good of ["https://a.example", "http://a", "mailto:a@b", "#/channels/a/1"]) {
      expect(safeLink(good)).toBe(good);
    }
    for (const bad of [
      "javascript:alert(1)",
      "JaVaScRiPt:1",
      "data:text/html,x",
      "/x",
      "vbscript:x",
    ]) {
      expect(safeLink(bad)).toBeUndefined();
    }
  });
});

describe("the lines of a chat", () => {
  const item = (offset: number, authorId: string, createdAt: string): MessageItem => ({
    key: `k${offset}`,
    id: `m${offset}`,
    channelId: "general",
    offset,
    authorId,
    createdAt,
    content: "x",
    state: "stored",
    error: null,
  });
  const items = [
    item(1, "bob", "2026-01-05T10:00:00.000Z"),
    item(2, "bob", "2026-01-05T10:01:00.000Z"),
    item(3, "me", "2026-01-05T10:02:00.000Z"),
    item(4, "bob", "2026-01-07T10:03:00.000Z"),
  ];

  it("have a separator before each day and one line above what is new", () => {
    const kinds = rowsOf(items, 2, "me").map((row) => row.kind);
    expect(kinds).toEqual(["day", "message", "message", "message", "day", "new", "message"]);
  });
  it("have no such line where all is read, or where nobody knows", () => {
    expect(rowsOf(items, 4, "me").some((row) => row.kind === "new")).toBe(false);
    expect(rowsOf(items, null, "me").some((row) => row.kind === "new")).toBe(false);
  });
  it("say an author once for what follows soon", () => {
    const continued = rowsOf(items, null, "me").flatMap((row) =>
      row.kind === "message" ? [row.continued] : [],
    );
    expect(continued).toEqual([false, true, false, false]);
  });
});
