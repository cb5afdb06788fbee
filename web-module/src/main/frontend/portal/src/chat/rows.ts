import type { MessageItem } from "@carillon/client/react";
import { dayOf } from "../days";

/** A line of a chat. */
export type Row =
  | { readonly kind: "day"; readonly key: string; readonly moment: string }
  | { readonly kind: "new"; readonly key: string }
  | {
      readonly kind: "message";
      readonly key: string;
      readonly item: MessageItem;
      /** Whether its author and time stand above it already. */
      readonly continued: boolean;
    };

const CONTINUED_MILLIS = 5 * 60_000;

/**
 * The lines of a chat: a separator before each day's first message, and the line above what is new.
 *
 * @param lastRead offset up to which everything was read when the chat was opened; null to have no
 *     such line
 */
export function rowsOf(items: readonly MessageItem[], lastRead: number | null, me: string): Row[] {
  const rows: Row[] = [];
  let day = "";
  let before: MessageItem | null = null;
  let hasNewLine = lastRead === null;
  for (const item of items) {
    const moment = item.createdAt;
    if (moment !== undefined && dayOf(moment) !== day) {
      day = dayOf(moment);
      rows.push({ kind: "day", key: `day ${day}`, moment });
      before = null;
    }
    const isNew =
      !hasNewLine &&
      item.offset !== undefined &&
      item.offset > (lastRead ?? 0) &&
      item.authorId !== me &&
      item.deleted !== true;
    if (isNew) {
      hasNewLine = true;
      before = null;
      rows.push({ kind: "new", key: "new" });
    }
    rows.push({ kind: "message", key: item.key, item, continued: continues(before, item, me) });
    before = item;
  }
  return rows;
}

function continues(before: MessageItem | null, item: MessageItem, me: string): boolean {
  if (before === null || before.deleted || item.deleted) {
    return false;
  }
  const author = (one: MessageItem) => one.authorId ?? me;
  const millis = Date.parse(item.createdAt ?? "") - Date.parse(before.createdAt ?? "");
  return author(before) === author(item) && millis >= 0 && millis < CONTINUED_MILLIS;
}

/** What an item says as text: a chat message's content, else its event's name and payload. */
export function textOf(item: Pick<MessageItem, "content" | "name" | "payload">): string {
  if (item.content !== undefined) {
    return item.content;
  }
  const payload = JSON.stringify(item.payload ?? null);
  return `\`${item.name ?? "message"}\` \`${payload.replaceAll("`", "'").slice(0, 1_000)}\``;
}
