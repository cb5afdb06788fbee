import { problemText, useToasts } from "@carillon/ui";
import { Banner } from "@patternfly/react-core/dist/esm/components/Banner";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { useTranslation } from "react-i18next";
import { wantsAcknowledgement } from "./entries";
import { useCentre } from "./notifications";

/** What nobody may overlook stays above everything until they say that they have seen it. */
export function AcknowledgeBanner() {
  const { t } = useTranslation();
  const { items, acknowledge } = useCentre();
  const toasts = useToasts();
  const waiting = items.filter(wantsAcknowledgement);
  const first = waiting.at(-1); // the oldest
  return (
    <div role="alert">
      {first === undefined ? null : (
        <Banner status="danger" className="portal-banner portal-acknowledge">
          <span>
            <strong>{first.title}</strong> {first.message}
          </span>
          <Button
            size="sm"
            variant="secondary"
            onClick={() =>
              acknowledge(first.id).catch((failure) =>
                toasts.show({ variant: "danger", title: problemText(t, failure) }),
              )
            }
          >
            {waiting.length > 1
              ? t("notifications.acknowledgeOf", { count: waiting.length })
              : t("notifications.acknowledge")}
          </Button>
        </Banner>
      )}
    </div>
  );
}
