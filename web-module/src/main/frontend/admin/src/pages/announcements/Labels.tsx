import { Label } from "@patternfly/react-core/dist/esm/components/Label";
import type { Announcement, AnnouncementState } from "../../api/types.js";
import { useSpeech } from "../../text/index.js";

const COLOURS = {
  SCHEDULED: "blue",
  SENDING: "orange",
  SENT: "green",
  CANCELLED: "grey",
  FAILED: "red",
} as const satisfies Record<AnnouncementState, string>;

/** How far an announcement is, and whether it wants an answer. */
export function AnnouncementLabels({ of }: { of: Announcement }) {
  const { t } = useSpeech();
  return (
    <span className="adm-labels">
      <Label isCompact color={COLOURS[of.state]}>
        {t(`announce.${of.state}`)}
      </Label>
      {of.mustAcknowledge ? (
        <Label isCompact color="purple">
          {t("announce.mustLabel")}
        </Label>
      ) : null}
    </span>
  );
}
