import { Spinner } from "@patternfly/react-core/dist/esm/components/Spinner";
import { Bullseye } from "@patternfly/react-core/dist/esm/layouts/Bullseye";
import { useTranslation } from "react-i18next";

/** Says that something is on its way. */
export function Loading() {
  const { t } = useTranslation();
  return (
    <Bullseye>
      <Spinner aria-label={t("loading")} />
    </Bullseye>
  );
}
