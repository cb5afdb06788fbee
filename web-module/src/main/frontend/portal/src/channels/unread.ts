import type { Message } from "@carillon/client";

/** A channel as `GET /api/channels` lists it. */
export interface ChannelSummary {
  readonly channelId: string;
  readonly kind: "CHAT" | "INBOX" | "ANNOUNCEMENTS" | "LIST" | "EPHEMERAL";
  readonly visibility: "PUBLIC" | "PRIVATE";
  readonly title: string;
  readonly topic: string;
  readonly archived: boolean;
  /** `epoch-offset` of its last message; null without a log. */
  readonly position: string | null;
  readonly role: string | null;
  readonly member: boolean;
  readonly unread: number;
  readonly lastReadOffset: number;
}

/** How far somebody has read. */
export interface ReadEvent {
  readonly channelId: string;
  readonly userId: string;
  readonly offset: number;
}

type Summaries = readonly ChannelSummary[] | null;

function offsetOf(position: string | null): number {
  const offset = Number(position?.slice(position.lastIndexOf("-") + 1));
  return Number.isSafeInteger(offset) ? offset : 0;
}

function at(position: string | null, offset: number): string {
  return `${position?.slice(0, position.lastIndexOf("-")) ?? ""}-${offset}`;
}

function withChannel(
  present: Summaries,
  channelId: string,
  change: (summary: ChannelSummary) => ChannelSummary,
): Summaries {
  return (
    present?.map((summary) => (summary.channelId === channelId ? change(summary) : summary)) ?? null
  );
}

/** What events change in the list of channels. */
export const changed = {
  /** A message of somebody else's is one more to read; one of mine says that I am up to date. */
  byMessage(present: Summaries, message: Message, me: string): Summaries {
    const { offset, authorId } = message;
    return withChannel(present, message.channelId, (summary) => {
      if (offset === undefined || offset <= offsetOf(summary.position)) {
        return summary; // known already: the list was asked for after it
      }
      const mine = authorId === me;
      return {
        ...summary,
        position: at(summary.position, offset),
        unread: mine ? summary.unread : summary.unread + 1,
      };
    });
  },

  /** Read here or on another device: what is left lies behind the mark. */
  byRead(present: Summaries, { channelId, userId, offset }: ReadEvent, me: string): Summaries {
    if (userId !== me) {
      return present;
    }
    return withChannel(present, channelId, (summary) => {
      if (offset <= summary.lastReadOffset) {
        return summary;
      }
      const left = Math.max(0, offsetOf(summary.position) - offset);
      return { ...summary, lastReadOffset: offset, unread: Math.min(summary.unread, left) };
    });
  },
};

/** What a channel is called: its title, or its name. */
export function nameOf(summary: { channelId: string; title?: string | undefined }): string {
  return summary.title !== undefined && summary.title !== "" ? summary.title : summary.channelId;
}
