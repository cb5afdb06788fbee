import { useClient, useStore } from "@carillon/client/react";
import { problemText, useSession } from "@carillon/ui";
import { Alert } from "@patternfly/react-core/dist/esm/components/Alert";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Label } from "@patternfly/react-core/dist/esm/components/Label";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Loading } from "../Loading";
import type { Totals } from "./ledger";
import { Trial } from "./trial";

/** Lets everybody see that nothing is lost or doubled, whatever happens to the connection. */
export default function ResiliencePage() {
  const client = useClient();
  const { user, renew } = useSession();
  const [trial, setTrial] = useState<Trial | null>(null);
  useEffect(() => {
    if (user === null) {
      return;
    }
    const made = new Trial(new URL(client.url), user, renew);
    made.open();
    setTrial(made);
    return () => {
      setTrial(null);
      made.close();
    };
  }, [client, user, renew]);
  return trial === null ? <Loading /> : <TrialView trial={trial} />;
}

function TrialView({ trial }: { trial: Trial }) {
  const { t, i18n } = useTranslation();
  const state = useStore(trial.state);
  const { phase, totals, connection } = state;
  const isBusy = phase === "running" || phase === "settling" || phase === "opening";
  const isReady = !isBusy && phase !== "failed";
  const isGood =
    phase === "over" &&
    totals.lost === 0 &&
    totals.doubled === 0 &&
    totals.outOfOrder === 0 &&
    totals.delivered === totals.sent;
  return (
    <section className="portal-page" aria-labelledby="resilience-title">
      <h1 id="resilience-title" className="portal-page-title">
        {t("resilience.title")}
      </h1>
      <p>{t("resilience.intro")}</p>
      {phase === "failed" ? (
        <Alert isInline variant="danger" title={problemText(t, state.failure)} component="p" />
      ) : null}
      <div className="portal-buttons">
        <Button onClick={() => trial.runScript()} isDisabled={!isReady} isLoading={isBusy}>
          {t("resilience.run")}
        </Button>
        <Button variant="secondary" onClick={() => trial.cut()} isDisabled={phase === "failed"}>
          {t("resilience.cut")}
        </Button>
        <Button
          variant="secondary"
          onClick={() => trial.refuseToken()}
          isDisabled={phase === "failed"}
        >
          {t("resilience.token")}
        </Button>
        <Button
          variant="secondary"
          onClick={() => trial.send(true)}
          isDisabled={phase === "failed"}
        >
          {t("resilience.duplicate")}
        </Button>
      </div>
      <p>
        {t("resilience.connection")}{" "}
        <Label color={connection.status === "live" ? "green" : "orange"}>
          {t(`connection.status.${connection.status}`)}
        </Label>{" "}
        <span className="chat-subtle">
          {t("resilience.connects", { count: connection.connects })}
        </span>
      </p>
      <LedgerView totals={totals} cuts={state.cuts} refusedTokens={state.refusedTokens} />
      <div role="status">
        {phase === "over" ? (
          <Alert
            isInline
            variant={isGood ? "success" : "danger"}
            title={t(isGood ? "resilience.good" : "resilience.bad")}
            component="p"
          />
        ) : isBusy ? (
          <p>{t(`resilience.phase.${phase}`)}</p>
        ) : null}
      </div>
      {state.failure !== null && phase !== "failed" ? (
        <Alert isInline variant="warning" title={problemText(t, state.failure)} component="p" />
      ) : null}
      {state.log.length === 0 ? null : (
        <>
          <h2 className="portal-page-subtitle">{t("resilience.happened")}</h2>
          <ol className="portal-happened">
            {state.log.map(({ key, at, what }) => (
              <li key={key}>
                <time dateTime={at.toISOString()}>{at.toLocaleTimeString(i18n.language)}</time>{" "}
                {t(`resilience.log.${what}`)}
              </li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

interface LedgerViewProps {
  readonly totals: Totals;
  readonly cuts: number;
  readonly refusedTokens: number;
}

function LedgerView({ totals, cuts, refusedTokens }: LedgerViewProps) {
  const { t } = useTranslation();
  const figures: [string, number, "bad" | "plain"][] = [
    ["sent", totals.sent, "plain"],
    ["stored", totals.stored, "plain"],
    ["delivered", totals.delivered, "plain"],
    ["lost", totals.lost, "bad"],
    ["doubled", totals.doubled, "bad"],
    ["outOfOrder", totals.outOfOrder, "bad"],
    ["cuts", cuts, "plain"],
    ["refusedTokens", refusedTokens, "plain"],
    ["duplicates", totals.duplicates, "plain"],
  ];
  return (
    <dl className="portal-ledger" aria-label={t("resilience.ledger")}>
      {figures.map(([name, value, kind]) => (
        <div
          key={name}
          className={kind === "bad" && value > 0 ? "portal-figure-bad" : ""}
          data-figure={name}
        >
          <dt>{t(`resilience.figure.${name}`)}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
