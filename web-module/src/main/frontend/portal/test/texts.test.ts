import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { keysOf, placeholdersOf } from "../../ui/test/keys";
import { de } from "../src/texts/de";
import { en } from "../src/texts/en";

const source = join(import.meta.dirname, "../src");

/** The keys that are written out in the sources; composed ones are not looked for. */
function usedKeys(): string[] {
  const files = readdirSync(source, { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => /\.tsx?$/.test(file) && !file.startsWith("texts"))
    .flatMap((file) => [...readFileSync(join(source, file), "utf8").matchAll(/\bt\(\s*"([^"]+)"/g)])
    .map((match) => match[1] ?? "")
    .filter((key) => !key.startsWith("ui."));
}

describe("the portal's texts", () => {
  it("have the same keys in both languages", () => {
    expect(keysOf(de)).toEqual(keysOf(en));
  });
  it("have the same placeholders in both languages", () => {
    expect(placeholdersOf(de)).toEqual(placeholdersOf(en));
  });
  it("are there for every key that is used", () => {
    const keys = new Set(keysOf(en).map((key) => key.replace(/_(one|other)$/, "")));
    expect(usedKeys().filter((key) => !keys.has(key))).toEqual([]);
    expect(usedKeys().length).toBeGreaterThan(50);
  });
});
