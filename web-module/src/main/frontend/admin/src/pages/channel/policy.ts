import type { Channel, Policy, PublishPolicy, Visibility } from "../../api/types.js";

/** How long messages are kept, as a person chooses it. */
export type HistoryChoice = "FOREVER" | "NONE" | "DAYS";

/** A channel's settings as the fields of a form hold them. */
export interface ChannelFields {
  title: string;
  topic: string;
  visibility: Visibility;
  publish: PublishPolicy;
  history: HistoryChoice;
  days: string;
  slowMode: string;
  maxBytes: string;
}

export const NEW_CHANNEL: ChannelFields = {
  title: "",
  topic: "",
  visibility: "PRIVATE",
  publish: "MEMBERS",
  history: "FOREVER",
  days: "30",
  slowMode: "0",
  maxBytes: "0",
};

export function fieldsOf(channel: Channel): ChannelFields {
  const { history } = channel.policy;
  return {
    title: channel.title,
    topic: channel.topic,
    visibility: channel.visibility,
    publish: channel.policy.publish,
    history: history === "FOREVER" || history === "NONE" ? history : "DAYS",
    days: String(daysOf(history) ?? 30),
    slowMode: String(channel.policy.slowModeSeconds),
    maxBytes: String(channel.policy.maxMessageBytes),
  };
}

/** The days of `P30D`; undefined for what is no whole number of days. */
export function daysOf(history: string): number | undefined {
  const days = /^P(\d+)D$/.exec(history)?.[1];
  return days === undefined ? undefined : Number(days);
}

/** What the fields say in the server's words; null where a number is none. */
export function policyOf(fields: ChannelFields): Omit<Policy, "conflicts"> | null {
  const days = whole(fields.days);
  const slowModeSeconds = whole(fields.slowMode);
  const maxMessageBytes = whole(fields.maxBytes);
  if (slowModeSeconds === null || maxMessageBytes === null) {
    return null;
  }
  if (fields.history === "DAYS" && (days === null || days < 1)) {
    return null;
  }
  return {
    history: fields.history === "DAYS" ? `P${days}D` : fields.history,
    publish: fields.publish,
    slowModeSeconds,
    maxMessageBytes,
  };
}

/** Only what differs, so that two people who change two settings do not undo each other. */
export function changesOf(channel: Channel, fields: ChannelFields): Record<string, unknown> | null {
  const policy = policyOf(fields);
  if (policy === null) {
    return null;
  }
  const before = fieldsOf(channel);
  const changes: Record<string, unknown> = {};
  for (const name of ["title", "topic", "visibility"] as const) {
    if (fields[name] !== before[name]) {
      changes[name] = fields[name];
    }
  }
  const former = policyOf(before);
  const changed = Object.fromEntries(
    Object.entries(policy).filter(
      ([name, value]) => former?.[name as keyof typeof policy] !== value,
    ),
  );
  if (Object.keys(changed).length > 0) {
    changes.policy = changed;
  }
  return changes;
}

function whole(text: string): number | null {
  return /^\d{1,9}$/.test(text.trim()) ? Number(text) : null;
}
