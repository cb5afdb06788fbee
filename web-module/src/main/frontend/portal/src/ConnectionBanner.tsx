import { useConnection } from "@carillon/client/react";
import { problemText } from "@carillon/ui";
import { Banner } from "@patternfly/react-core/dist/esm/components/Banner";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

/** A connection that comes back sooner is not worth a word. */
const GRACE_MILLIS = 800;

/** Whether the connection has been away for long enough to be told. */
function useAway(): boolean {
  const { live, status } = useConnection();
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    if (live) {
      setLate(false);
      return;
    }
    const timer = setTimeout(() => setLate(true), GRACE_MILLIS);
    return () => clearTimeout(timer);
  }, [live]);
  return !live && (isLate || status === "offline");
}

function useSecondsUntil(moment: number | null): number | null {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (moment === null) {
      return;
    }
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [moment]);
  return moment === null ? null : Math.max(0, Math.ceil((moment - now) / 1_000));
}

/** Says within two seconds that there is no connection, and what becomes of what is written. */
export function ConnectionBanner() {
  const { t } = useTranslation();
  const { status, retryAt, waiting, error, retry } = useConnection();
  const isAway = useAway();
  const seconds = useSecondsUntil(isAway ? retryAt : null);
  return (
    <div role="status">
      {isAway ? (
        <Banner color={status === "offline" ? "orange" : "yellow"} className="portal-banner">
          <strong>{t(status === "offline" ? "connection.offline" : "connection.away")}</strong>{" "}
          {waiting > 0 ? t("connection.waiting", { count: waiting }) : t("connection.safe")}{" "}
          {error !== null && error.code !== "NETWORK" ? problemText(t, error) : null}
          {status === "waiting" ? (
            <Button variant="link" isInline onClick={retry}>
              {seconds === null
                ? t("connection.retry")
                : t("connection.retryIn", { count: seconds })}
            </Button>
          ) : null}
        </Banner>
      ) : null}
    </div>
  );
}
