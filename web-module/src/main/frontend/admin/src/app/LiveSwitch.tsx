import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import PauseIcon from "@patternfly/react-icons/dist/esm/icons/pause-icon";
import PlayIcon from "@patternfly/react-icons/dist/esm/icons/play-icon";
import { overviewStream, useLive } from "../live/overview.js";
import { useSpeech } from "../text/index.js";

/** Whether figures come by themselves, with how late they are; pauses them and lets them go on. */
export function LiveSwitch() {
  const { t, number } = useSpeech();
  const { state, lagMillis } = useLive();
  const paused = state === "paused";
  return (
    <Button
      variant="plain"
      className={`adm-live adm-live-${state}`}
      aria-pressed={paused}
      aria-label={paused ? t("live.resume") : t("live.pause")}
      icon={paused ? <PlayIcon /> : <PauseIcon />}
      onClick={() => overviewStream.setPaused(!paused)}
    >
      <span className="adm-live-dot" aria-hidden="true" />
      <span className="adm-wide">
        {t(`live.${state}`)}
        {state === "live" && lagMillis !== null ? ` · ${number(lagMillis / 1000, 1)} s` : ""}
      </span>
    </Button>
  );
}
