import type { ConflictRule } from "./types";

/**
 * Puts a change's fields together with what somebody else changed meanwhile: fields that only one
 * side touched go through, a field that both set to different values does not.
 *
 * @returns the change to send on top of `theirs`; null where both changed the same field
 */
export function fieldMerge<T extends object>(
  base: T,
  mine: Partial<T>,
  theirs: T,
): Partial<T> | null {
  const change: Partial<T> = {};
  for (const key of Object.keys(mine) as (keyof T)[]) {
    if (Object.is(mine[key], theirs[key])) {
      continue; // the same has been done already
    }
    if (!Object.is(base[key], theirs[key])) {
      return null;
    }
    change[key] = mine[key] as T[keyof T];
  }
  return change;
}

/** What a rule makes of a change that was refused as stale; null where the change fails. */
export function rebase<T extends object>(
  rule: ConflictRule<T>,
  base: T,
  mine: Partial<T>,
  theirs: T,
): Partial<T> | null {
  if (typeof rule === "function") {
    return rule(base, mine, theirs);
  }
  switch (rule) {
    case "last-write":
      return mine;
    case "server":
      return null;
    case "merge":
      return fieldMerge(base, mine, theirs);
  }
}
