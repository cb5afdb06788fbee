/** The parts of a place in several channels: `n_epoch-offset`, joined by full stops. */
function parts(vector: string): Map<string, string> {
  const map = new Map<string, string>();
  for (const part of vector === "" ? [] : vector.split(".")) {
    const bar = part.indexOf("_");
    map.set(part.slice(0, bar), part.slice(bar + 1));
  }
  return map;
}

/**
 * The position of the one channel that an event has moved on; empty where it moved none, null where
 * that cannot be told.
 */
export function changedPart(before: string, after: string): string | null {
  if (before === after || after === "") {
    return "";
  }
  const old = parts(before);
  const changed = [...parts(after)].filter(([number, position]) => old.get(number) !== position);
  return changed.length === 1 ? (changed[0]?.[1] ?? null) : null;
}

/** Both vectors in one; where both have a channel, the second counts. */
export function mergePositions(first: string, second: string): string {
  const merged = new Map([...parts(first), ...parts(second)]);
  return [...merged].map(([number, position]) => `${number}_${position}`).join(".");
}

/** A channel's position taken apart; null for what is none. */
export function cursor(position: string): { epoch: string; offset: number } | null {
  const dash = position.lastIndexOf("-");
  const offset = Number(position.slice(dash + 1));
  return dash > 0 && Number.isSafeInteger(offset)
    ? { epoch: position.slice(0, dash), offset }
    : null;
}
