/** One member that an action has changed; undefined where it was not there. */
export interface Difference {
  name: string;
  before: unknown;
  after: unknown;
}

type Members = Record<string, unknown>;

/** What differs between before and after, with nested objects taken apart: `policy.history`. */
export function differences(before: Members | null, after: Members | null): Difference[] {
  return compared(before ?? {}, after ?? {}, "");
}

function compared(before: Members, after: Members, prefix: string): Difference[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => {
    const was = before[name];
    const is = after[name];
    if (isObject(was) && isObject(is)) {
      return compared(was, is, `${prefix}${name}.`);
    }
    return JSON.stringify(was) === JSON.stringify(is)
      ? []
      : [{ name: prefix + name, before: was, after: is }];
  });
}

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
