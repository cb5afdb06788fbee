import type { Message } from "../../api/types.js";

/** What a message says, as plain text: its content, or its name with the payload. */
export function textOf(message: Message): string {
  if (message.content !== undefined) {
    return message.content;
  }
  if (message.payload !== undefined) {
    return `${message.name ?? ""} ${JSON.stringify(message.payload)}`.trim();
  }
  return message.deleted === true || message.id !== undefined ? "" : JSON.stringify(message);
}

/** The body that publishes a text, or an event with a payload; null while there is nothing to send. */
export function publishBody(name: string, text: string): Record<string, unknown> | null {
  if (text.trim() === "") {
    return null;
  }
  if (name.trim() === "") {
    return { content: text };
  }
  try {
    return { name: name.trim(), payload: JSON.parse(text) as unknown };
  } catch {
    return null; // no JSON yet
  }
}
