import { channelHash, parseRoute } from "../routes";

/** What a reply answers: the beginning of another message. */
export interface Quote {
  readonly authorName: string;
  readonly channelId: string;
  readonly offset: number;
  readonly excerpt: string;
}

const MAX_EXCERPT_CHARACTERS = 140;
const LINE = /^> \[((?:[^[\]\\]|\\.){1,200})\]\((#[^\s()]{1,2000})\) ?(.{0,400})(?:\n\n|\n(?!>)|$)/;

/**
 * A reply as the text that is sent: a quote in markdown whose first words link to the message, so
 * that every client shows something sensible.
 */
export function withQuote(quote: Quote, text: string): string {
  const name = quote.authorName.replace(/[[\]\\]/g, "\\$&").slice(0, 190);
  const link = channelHash(quote.channelId, quote.offset);
  return `> [${name}](${link}) ${excerptOf(quote.excerpt)}\n\n${text}`;
}

/** The quote that a text begins with, if there is one, and the text after it. */
export function splitQuote(content: string): { quote: Quote | null; text: string } {
  const match = LINE.exec(content);
  const route = match === null ? null : parseRoute(match[2] ?? "");
  if (match === null || route?.page !== "channel" || route.offset === null) {
    return { quote: null, text: content };
  }
  return {
    quote: {
      authorName: (match[1] ?? "").replace(/\\(.)/g, "$1"),
      channelId: route.channelId,
      offset: route.offset,
      excerpt: match[3] ?? "",
    },
    text: content.slice(match[0].length),
  };
}

/** The first words of a message in one line, without the quote that it may have itself. */
export function excerptOf(content: string): string {
  const line = splitQuote(content).text.replace(/\s+/g, " ").trim();
  const signs = [...line];
  return signs.length <= MAX_EXCERPT_CHARACTERS
    ? line
    : `${signs.slice(0, MAX_EXCERPT_CHARACTERS).join("")}…`;
}
