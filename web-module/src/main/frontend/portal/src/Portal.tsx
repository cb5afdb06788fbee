import { Frame } from "@carillon/ui";
import { useTranslation } from "react-i18next";

/** What a signed-in user sees. */
export function Portal() {
  const { t } = useTranslation();
  return (
    <Frame title={t("title")} navigation={null}>
      <h1>{t("title")}</h1>
    </Frame>
  );
}
