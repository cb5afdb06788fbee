import { Label } from "@patternfly/react-core/dist/esm/components/Label";
import type { Channel } from "../api/types.js";
import { useSpeech } from "../text/index.js";

/** Whether a channel is open to all, and whether it is closed for good. */
export function ChannelLabels({ channel }: { channel: Channel }) {
  const { t } = useSpeech();
  return (
    <span className="adm-labels">
      <Label isCompact color={channel.visibility === "PUBLIC" ? "blue" : "purple"}>
        {t(`visibility.${channel.visibility}`)}
      </Label>
      {channel.archived ? (
        <Label isCompact color="grey">
          {t("channel.archived")}
        </Label>
      ) : null}
    </span>
  );
}
