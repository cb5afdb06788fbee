import { addressOf, type Call } from "./call.js";

/** One call that the open page has made, with whether it stays open as a stream. */
export interface Recorded {
  call: Call;
  stream: boolean;
}

const MAX_RECORDED = 12;
let recorded: readonly Recorded[] = [];

/** Remembers a call for "as curl"; of equal ones the latest stays. */
export function record(call: Call, stream = false): void {
  const key = keyOf(call);
  recorded = [{ call, stream }, ...recorded.filter((other) => keyOf(other.call) !== key)].slice(
    0,
    MAX_RECORDED,
  );
}

/** What the page has called so far, latest first. */
export function recordedCalls(): readonly Recorded[] {
  return recorded;
}

/** Forgets the page that was left. */
export function clearRecorded(): void {
  recorded = [];
}

function keyOf(call: Call): string {
  return `${call.method} ${addressOf(call, "")} ${JSON.stringify(call.body) ?? ""}`;
}
