import { useLayoutEffect, useSyncExternalStore } from "react";
import { useStored } from "./stored";

/** The themes to choose from. */
export const themes = ["light", "dark", "system"] as const;

/** A chosen theme; `system` follows the operating system. */
export type Theme = (typeof themes)[number];

const KEY = "carillon.theme";
const DARK = "(prefers-color-scheme: dark)";

function subscribe(listener: () => void): () => void {
  const query = window.matchMedia(DARK);
  query.addEventListener("change", listener);
  return () => query.removeEventListener("change", listener);
}

/** The theme of this browser, the way to change it, and whether the page is dark now. */
export function useTheme(): { theme: Theme; isDark: boolean; setTheme: (theme: Theme) => void } {
  const [kept, setTheme] = useStored(KEY, "system");
  const theme = themes.find((one) => one === kept) ?? "system";
  const systemIsDark = useSyncExternalStore(subscribe, () => window.matchMedia(DARK).matches);
  const isDark = theme === "dark" || (theme === "system" && systemIsDark);
  useLayoutEffect(() => {
    const page = document.documentElement;
    page.classList.toggle("pf-v6-theme-dark", isDark);
    page.style.colorScheme = isDark ? "dark" : "light"; // scroll bars and native controls
  }, [isDark]);
  return { theme, isDark, setTheme };
}
