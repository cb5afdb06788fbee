import { NotificationBadge } from "@patternfly/react-core/dist/esm/components/NotificationBadge";
import { useTranslation } from "react-i18next";
import { wantsAcknowledgement } from "./entries";
import { useCentre } from "./notifications";

/** The bell: how many nobody has seen yet, and whether one of them waits for an answer. */
export function Bell({ isOpen, onToggle }: { isOpen: boolean; onToggle: () => void }) {
  const { t } = useTranslation();
  const { unseen, items } = useCentre();
  const isUrgent = items.some(wantsAcknowledgement);
  return (
    <NotificationBadge
      id="bell"
      variant={isUrgent ? "attention" : unseen > 0 ? "unread" : "read"}
      count={unseen}
      isExpanded={isOpen}
      onClick={onToggle}
      aria-label={
        unseen > 0 ? t("notifications.bellNew", { count: unseen }) : t("notifications.bell")
      }
    />
  );
}
