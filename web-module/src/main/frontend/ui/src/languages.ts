import i18next from "i18next";
import { initReactI18next, useTranslation } from "react-i18next";
import { readStored, writeStored } from "./stored";
import { de } from "./texts/de";
import { en } from "./texts/en";

/** The languages to choose from, each by its own name. */
export const languages = { en: "English", de: "Deutsch" } as const;

/** A language's code. */
export type Language = keyof typeof languages;

/** Texts by key, in groups; a text with `_one` and `_other` has a plural. */
export interface Texts {
  readonly [key: string]: string | Texts;
}

const KEY = "carillon.language";

function preferred(): Language {
  const wanted = [readStored(KEY), ...navigator.languages.map((tag) => tag.slice(0, 2))];
  return wanted.find((code): code is Language => code !== null && code in languages) ?? "en";
}

/**
 * Makes the texts of a page available, beside those of this package, which are below `ui`. Call it
 * once, before the first render.
 */
export function startLanguages(texts: Record<Language, Texts>): void {
  const language = preferred();
  i18next.on("languageChanged", (code) => {
    document.documentElement.lang = code;
  });
  i18next.use(initReactI18next).init({
    initAsync: false,
    lng: language,
    fallbackLng: "en",
    resources: {
      en: { translation: { ...texts.en, ui: en } },
      de: { translation: { ...texts.de, ui: de } },
    },
    interpolation: { escapeValue: false }, // React escapes
  });
  document.documentElement.lang = language;
}

/** The language of this browser and the way to change it. */
export function useLanguage(): { language: Language; setLanguage: (language: Language) => void } {
  const { i18n } = useTranslation();
  return {
    language: i18n.language in languages ? (i18n.language as Language) : "en",
    setLanguage: (language) => {
      writeStored(KEY, language);
      i18n.changeLanguage(language);
    },
  };
}
