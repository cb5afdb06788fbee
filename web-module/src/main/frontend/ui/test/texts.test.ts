import { describe, expect, it } from "vitest";
import { de } from "../src/texts/de";
import { en } from "../src/texts/en";
import { keysOf, placeholdersOf } from "./keys";

describe("the shared texts", () => {
  it("have the same keys in both languages", () => {
    expect(keysOf(de)).toEqual(keysOf(en));
  });
  it("have the same placeholders in both languages", () => {
    expect(placeholdersOf(de)).toEqual(placeholdersOf(en));
  });
});
