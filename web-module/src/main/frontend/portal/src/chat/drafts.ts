/** Beginnings of messages, kept per user and channel in this browser. */
const PREFIX = "carillon.draft.";
const MAX_DRAFTS = 50;
const MAX_CHARACTERS = 20_000;

const keyOf = (userId: string, channelId: string) => `${PREFIX}${userId}/${channelId}`;

/** What a user began to write in a channel; empty for nothing. */
export function readDraft(userId: string, channelId: string): string {
  try {
    return localStorage.getItem(keyOf(userId, channelId)) ?? "";
  } catch {
    return "";
  }
}

/** Keeps what a user began to write; an empty text forgets it. */
export function writeDraft(userId: string, channelId: string, text: string): void {
  const key = keyOf(userId, channelId);
  try {
    localStorage.removeItem(key); // to the end: the oldest drafts come first below
    if (text.trim() === "" || text.length > MAX_CHARACTERS) {
      return;
    }
    const kept = Object.keys(localStorage).filter((one) => one.startsWith(PREFIX));
    for (const old of kept.slice(0, Math.max(0, kept.length - MAX_DRAFTS + 1))) {
      localStorage.removeItem(old);
    }
    localStorage.setItem(key, text);
  } catch {
    // storage is full or switched off: the draft lasts as long as the page
  }
}
