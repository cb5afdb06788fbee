import { createContext, type ReactNode, useContext, useMemo } from "react";
import { en } from "./en.js";

/** The name of a text. */
export type TextKey = keyof typeof en;

/** All texts of one language; a missing one does not compile. */
export type Texts = Record<TextKey, string>;

export type Language = "en" | "de";

/** A text with `{name}` replaced by the value of that name. Nothing is taken for markup. */
export function fill(text: string, values: Record<string, string | number> = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in values ? String(values[name]) : whole,
  );
}

/** Texts and formats of the present language. */
export interface Speech {
  language: Language;
  t: (key: TextKey, values?: Record<string, string | number>) => string;
  number: (value: number, digits?: number) => string;
  time: (iso: string) => string;
  day: (iso: string) => string;
  bytes: (count: number) => string;
  /** "3 minutes ago" for what is recent, else the time. */
  ago: (iso: string, now?: number) => string;
}

export function speechOf(language: Language, texts: Texts): Speech {
  const dateTime = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium" });
  const date = new Intl.DateTimeFormat(language, { dateStyle: "medium" });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const number = (value: number, digits = 0) =>
    new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
  return {
    language,
    t: (key, values) => fill(texts[key], values),
    number,
    time: (iso) => dateTime.format(new Date(iso)),
    day: (iso) => date.format(new Date(iso)),
    bytes: (count) => {
      const units = ["B", "KiB", "MiB", "GiB"];
      let value = count;
      let unit = 0;
      while (value >= 1024 && unit < units.length - 1) {
        value /= 1024;
        unit++;
      }
      return `${number(value, value < 10 && unit > 0 ? 1 : 0)} ${units[unit]}`;
    },
    ago: (iso, now = Date.now()) => {
      const seconds = Math.round((new Date(iso).getTime() - now) / 1000);
      const past = Math.abs(seconds);
      if (past < 60) {
        return relative.format(seconds, "second");
      }
      if (past < 3600) {
        return relative.format(Math.round(seconds / 60), "minute");
      }
      if (past < 86_400) {
        return relative.format(Math.round(seconds / 3600), "hour");
      }
      return past < 86_400 * 30
        ? relative.format(Math.round(seconds / 86_400), "day")
        : date.format(new Date(iso));
    },
  };
}

const Context = createContext<Speech>(speechOf("en", en));

/** Gives a language's texts to all below. */
export function SpeechProvider({
  language,
  texts,
  children,
}: {
  language: Language;
  texts: Texts;
  children: ReactNode;
}) {
  const speech = useMemo(() => speechOf(language, texts), [language, texts]);
  return <Context value={speech}>{children}</Context>;
}

/** The present language's texts and formats. */
export function useSpeech(): Speech {
  return useContext(Context);
}
