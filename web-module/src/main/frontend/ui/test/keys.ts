import type { Texts } from "../src/languages";

function entries(texts: Texts, prefix = ""): [string, string][] {
  return Object.entries(texts).flatMap(([key, value]) =>
    typeof value === "string"
      ? [[prefix + key, value] as [string, string]]
      : entries(value, `${prefix}${key}.`),
  );
}

/** Every key of some texts, sorted. */
export function keysOf(texts: Texts): string[] {
  return entries(texts)
    .map(([key]) => key)
    .sort();
}

/** Which values each text wants to have put in, by key. */
export function placeholdersOf(texts: Texts): Record<string, string[]> {
  return Object.fromEntries(
    entries(texts).map(([key, text]) => [key, (text.match(/\{\{[^}]+\}\}/g) ?? []).sort()]),
  );
}
