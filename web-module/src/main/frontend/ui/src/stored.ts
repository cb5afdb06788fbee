import { useCallback, useSyncExternalStore } from "react";

const listeners = new Set<() => void>();

/** Reads a choice that this browser has kept; null where it kept none or keeps nothing at all. */
export function readStored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // storage can be switched off; choices last as long as the page then
  }
}

/** Keeps a choice in this browser, and tells every component that shows it. */
export function writeStored(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // full or switched off: the page works on without it
  }
  for (const listener of listeners) {
    listener();
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("storage", listener); // another tab's choice
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}

/** A text that is kept per browser and alike in all its tabs, with the way to change it. */
export function useStored(key: string, unsaid: string): [string, (value: string) => void] {
  const value = useSyncExternalStore(subscribe, () => readStored(key) ?? unsaid);
  const change = useCallback((next: string) => writeStored(key, next), [key]);
  return [value, change];
}
