import { CarillonError } from "./errors";
import type { StreamEvent } from "./types";

const MAX_EVENT_CHARS = 4 * 1024 * 1024;

/** What the reader of an event stream is told. */
export interface SseHandler {
  event(event: StreamEvent): void;
  /** The server's advice on when to come back. */
  retry?(millis: number): void;
  /** Something came, be it only a comment. */
  heard?(): void;
  /** The place changed, with or without an event. */
  place?(lastEventId: string): void;
}

/** Takes an event stream apart, however it is cut into pieces. */
export class SseParser {
  private rest = "";
  private afterReturn = false;
  private begun = false;
  private name = "";
  private data: string[] = [];
  private size = 0;

  constructor(
    private readonly handler: SseHandler,
    private lastEventId = "",
  ) {}

  /** @throws CarillonError for an event without end */
  push(text: string): void {
    let from = 0;
    if (!this.begun && text.length > 0) {
      this.begun = true;
      from = text.charCodeAt(0) === 0xfeff ? 1 : 0;
    }
    for (let i = from; i < text.length; i++) {
      const char = text[i];
      if (char !== "\n" && char !== "\r") {
        this.afterReturn = false;
        continue;
      }
      if (char === "\n" && this.afterReturn) {
        this.afterReturn = false; // the second half of a line's end
        from = i + 1;
        continue;
      }
      this.afterReturn = char === "\r";
      this.line(this.rest + text.slice(from, i));
      this.rest = "";
      from = i + 1;
    }
    this.rest += text.slice(from);
    if (this.rest.length + this.size > MAX_EVENT_CHARS) {
      throw new CarillonError("TOO_LARGE", "An event without end");
    }
  }

  private line(line: string): void {
    if (line === "") {
      this.dispatch();
      return;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "data") {
      this.data.push(value);
      this.size += value.length;
    } else if (field === "event") {
      this.name = value;
    } else if (field === "id" && !value.includes("\0")) {
      this.lastEventId = value;
    } else if (field === "retry" && /^\d{1,9}$/.test(value)) {
      this.handler.retry?.(Number(value));
    }
  }

  private dispatch(): void {
    const { data, name } = this;
    this.data = [];
    this.name = "";
    this.size = 0;
    if (data.length > 0) {
      this.handler.event({
        event: name || "message",
        data: data.join("\n"),
        lastEventId: this.lastEventId,
      });
    }
    this.handler.place?.(this.lastEventId);
  }
}

/** Reads a response to its end. */
export async function readEvents(
  response: Response,
  handler: SseHandler,
  lastEventId = "",
): Promise<void> {
  const parser = new SseParser(handler, lastEventId);
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  while (reader !== undefined) {
    const { done, value } = await reader.read();
    if (done) {
      return;
    }
    handler.heard?.();
    parser.push(decoder.decode(value, { stream: true }));
  }
}
