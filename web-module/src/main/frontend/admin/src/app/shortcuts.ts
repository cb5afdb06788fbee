import { useEffect, useRef } from "react";
import type { PageEntry } from "./pages.js";
import { go, href } from "./router.js";

const CHORD_MILLIS = 1_500;

/** Whether a key belongs to what somebody writes, not to the page. */
export function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName))
  );
}

/**
 * Keys of the whole console: Ctrl-K or Cmd-K opens the palette, `?` the help, `/` goes to the page's
 * search, `g` and a letter to a page. Single keys do nothing while somebody writes or a dialog is open.
 */
export function useShortcuts(
  allowed: readonly PageEntry[],
  open: (what: "palette" | "help") => void,
): void {
  const chordAt = useRef(0);
  const present = useRef({ allowed, open });
  present.current = { allowed, open };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        present.current.open("palette");
        return;
      }
      const busy = isWriting(event.target) || document.querySelector('[role="dialog"]') !== null;
      if (busy || event.ctrlKey || event.metaKey || event.altKey) {
        return;
      }
      if (Date.now() - chordAt.current < CHORD_MILLIS) {
        chordAt.current = 0;
        const page = present.current.allowed.find((one) => one.shortcut === event.key);
        if (page !== undefined) {
          event.preventDefault();
          go(href([page.id]));
        }
      } else if (event.key === "g") {
        chordAt.current = Date.now();
      } else if (event.key === "?") {
        event.preventDefault();
        present.current.open("help");
      } else if (event.key === "/") {
        const search = document.querySelector<HTMLInputElement>("[data-search]");
        if (search !== null) {
          event.preventDefault();
          search.focus();
        }
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
