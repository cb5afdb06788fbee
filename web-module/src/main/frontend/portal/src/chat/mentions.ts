/** Somebody who can be mentioned. */
export interface Mentionable {
  readonly userId: string;
  readonly name: string;
}

/** What stands between an `@` and the caret. */
export interface MentionQuery {
  /** Where the `@` is. */
  readonly start: number;
  readonly typed: string;
}

const MAX_SUGGESTIONS = 8;
const MENTION = /(?<![\p{L}\p{N}_@/.])@([\p{L}\p{N}][\p{L}\p{N}._-]{0,63})/gu;

/** The mention that is being typed at the caret, if one is. */
export function mentionAt(text: string, caret: number): MentionQuery | null {
  const match = /(?:^|[\s(])@([\p{L}\p{N}._-]{0,64})$/u.exec(text.slice(0, caret));
  const typed = match?.[1];
  return typed === undefined ? null : { start: caret - typed.length - 1, typed };
}

/** Whom a mention may mean: by handle or name, those whose beginning fits first. */
export function suggestions(people: readonly Mentionable[], typed: string): Mentionable[] {
  const wanted = typed.toLocaleLowerCase();
  const rank = ({ userId, name }: Mentionable) => {
    const words = [userId, ...name.split(" ")].map((word) => word.toLocaleLowerCase());
    return words.some((word) => word.startsWith(wanted))
      ? 0
      : words.some((word) => word.includes(wanted))
        ? 1
        : 2;
  };
  return people
    .map((person) => ({ person, rank: rank(person) }))
    .filter((one) => one.rank < 2)
    .sort((a, b) => a.rank - b.rank || a.person.userId.localeCompare(b.person.userId))
    .slice(0, MAX_SUGGESTIONS)
    .map((one) => one.person);
}

/** The text with the mention completed, and where the caret is then. */
export function complete(
  text: string,
  query: MentionQuery,
  userId: string,
): { text: string; caret: number } {
  const before = `${text.slice(0, query.start)}@${userId} `;
  const after = text.slice(query.start + 1 + query.typed.length).replace(/^ /, "");
  return { text: before + after, caret: before.length };
}

/** A piece of text: plain, or the mention of a user. */
export type Piece = { readonly text: string; readonly userId: string | null };

/** A text cut at its mentions. A full stop after a handle ends the sentence, not the handle. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(MENTION)) {
    const userId = (match[1] ?? "").replace(/[.-]+$/, "");
    if (match.index > end) {
      pieces.push({ text: text.slice(end, match.index), userId: null });
    }
    end = match.index + 1 + userId.length;
    pieces.push({ text: text.slice(match.index, end), userId });
  }
  if (end < text.length) {
    pieces.push({ text: text.slice(end), userId: null });
  }
  return pieces;
}

/** Whether a text mentions a user. */
export function mentions(text: string, userId: string): boolean {
  return piecesOf(text).some((piece) => piece.userId === userId);
}
