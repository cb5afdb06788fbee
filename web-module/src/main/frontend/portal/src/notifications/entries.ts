import type { Notification } from "@carillon/client";
import { byDay, type Day } from "../days";

const MAX_LINK_CHARACTERS = 2_000;

/**
 * Where a notification leads: a page of this site, or one of the web by https; null for anything
 * that could run.
 */
export function linkOf(notification: Pick<Notification, "url">): string | null {
  const url = notification.url?.trim() ?? "";
  if (url === "" || url.length > MAX_LINK_CHARACTERS) {
    return null;
  }
  if (url.startsWith("#/")) {
    return url;
  }
  try {
    const { protocol, href } = new URL(url, document.baseURI);
    return protocol === "https:" || protocol === "http:" ? href : null;
  } catch {
    return null;
  }
}

/** Whether somebody has to say that they have seen it, and has not yet. */
export function wantsAcknowledgement(notification: Notification): boolean {
  return notification.mustAcknowledge === true && !notification.acknowledged;
}

/** Notifications and announcements together, latest first, by day. */
export function entriesByDay(
  items: readonly Notification[],
  announcements: readonly Notification[],
  unreadOnly: boolean,
): Day<Notification>[] {
  const all = [...items, ...announcements]
    .filter((one) => !unreadOnly || isUnread(one))
    .sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  return byDay(all, (one) => one.createdAt);
}

/** Whether it stands out: announcements have no mark of who has read them. */
export function isUnread(notification: Notification): boolean {
  return !notification.announcement && !notification.read;
}
