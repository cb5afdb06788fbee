import {
  ToggleGroup,
  ToggleGroupItem,
} from "@patternfly/react-core/dist/esm/components/ToggleGroup";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { type Language, languages, useLanguage } from "./languages";
import { themes, useTheme } from "./theme";

/** Theme and language, kept per browser. */
export function Preferences() {
  const { t } = useTranslation();
  const { theme, setTheme } = useTheme();
  const { language, setLanguage } = useLanguage();
  const id = useId();
  return (
    <div className="ui-preferences">
      <div className="ui-preference">
        <span id={`${id}theme`}>{t("ui.theme.label")}</span>
        <ToggleGroup isCompact aria-labelledby={`${id}theme`}>
          {themes.map((one) => (
            <ToggleGroupItem
              key={one}
              text={t(`ui.theme.${one}`)}
              buttonId={`${id}${one}`}
              isSelected={theme === one}
              onChange={() => setTheme(one)}
            />
          ))}
        </ToggleGroup>
      </div>
      <div className="ui-preference">
        <span id={`${id}language`}>{t("ui.language.label")}</span>
        <ToggleGroup isCompact aria-labelledby={`${id}language`}>
          {(Object.keys(languages) as Language[]).map((one) => (
            <ToggleGroupItem
              key={one}
              text={<span lang={one}>{languages[one]}</span>}
              buttonId={`${id}${one}`}
              isSelected={language === one}
              onChange={() => setLanguage(one)}
            />
          ))}
        </ToggleGroup>
      </div>
    </div>
  );
}
