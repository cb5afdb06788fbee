import { Alert } from "@patternfly/react-core/dist/esm/components/Alert";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Form } from "@patternfly/react-core/dist/esm/components/Form";
import CheckCircleIcon from "@patternfly/react-icons/dist/esm/icons/check-circle-icon";
import TimesCircleIcon from "@patternfly/react-icons/dist/esm/icons/times-circle-icon";
import { type FormEvent, useState } from "react";
import { get } from "../api/call.js";
import { ACTIONS, type Action, type Explanation, type ExplanationTable } from "../api/types.js";
import { useLoad } from "../api/useLoad.js";
import { setQuery, usePlace } from "../app/router.js";
import { ChoiceField, TextField } from "../parts/Fields.js";
import { PageHead } from "../parts/PageHead.js";
import { Problem } from "../parts/Problem.js";
import { ChannelLink, UserLink } from "../parts/Shown.js";
import { Table } from "../parts/Table.js";
import { useSpeech } from "../text/index.js";

/** Why somebody can or cannot do something on a channel, rule by rule. */
export default function ExplainPage() {
  const { t } = useSpeech();
  const { query } = usePlace();
  const asked = {
    userId: query.get("userId") ?? "",
    channel: query.get("channel") ?? "",
    action: query.get("action") ?? "",
  };
  const [userId, setUserId] = useState(asked.userId);
  const [channel, setChannel] = useState(asked.channel);
  const [action, setAction] = useState(asked.action);
  const complete = asked.userId !== "" && asked.channel !== "";
  const pair = { userId: asked.userId, channel: asked.channel };
  const one = useLoad<Explanation>(
    complete && asked.action !== "" ? get("admin/explain", asked) : null,
  );
  const all = useLoad<ExplanationTable>(complete ? get("admin/explain", pair) : null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setQuery({ userId: userId.trim(), channel: channel.trim(), action }, {});
  };
  return (
    <>
      <PageHead title={t("page.explain")} description={t("explain.text")} />
      <Form onSubmit={submit} className="adm-card">
        <div className="adm-columns">
          <TextField
            label={t("userId")}
            value={userId}
            maxLength={64}
            required
            onChange={setUserId}
          />
          <TextField
            label={t("channel.name")}
            value={channel}
            maxLength={200}
            required
            onChange={setChannel}
          />
          <ChoiceField
            label={t("explain.action")}
            value={action}
            choices={[
              ["", t("explain.all")],
              ...ACTIONS.map((name) => [name, t(`action.${name}`)] as const),
            ]}
            onChange={setAction}
          />
        </div>
        <div>
          <Button type="submit" isDisabled={userId.trim() === "" || channel.trim() === ""}>
            {t("explain.button")}
          </Button>
        </div>
      </Form>
      <Problem error={one.error ?? all.error} />
      {complete && asked.action !== "" && one.data !== undefined ? <Path found={one.data} /> : null}
      {complete && all.data !== undefined ? (
        <>
          <h2 className="adm-section-title">
            <UserLink id={all.data.userId} /> → <ChannelLink id={all.data.channelId} />
          </h2>
          <Table
            label={t("explain.all")}
            columns={[
              {
                key: "action",
                label: t("explain.action"),
                render: (row: { action: Action; allowed: boolean; code: string | null }) =>
                  t(`action.${row.action}`),
              },
              {
                key: "allowed",
                label: t("explain.result"),
                render: (row) => <Verdict allowed={row.allowed} code={row.code} />,
              },
            ]}
            rows={all.data.actions}
            rowKey={(row) => row.action}
            loading={all.loading}
            empty={null}
            actions={(row) => (
              <Button
                variant="link"
                isInline
                aria-label={t("explain.whyOf", { action: t(`action.${row.action}`) })}
                onClick={() => {
                  setAction(row.action);
                  setQuery({ action: row.action }, {});
                }}
              >
                {t("explain.why")}
              </Button>
            )}
          />
        </>
      ) : null}
    </>
  );
}

function Verdict({ allowed, code }: { allowed: boolean; code: string | null }) {
  const { t } = useSpeech();
  return (
    <span className={`adm-verdict ${allowed ? "adm-yes" : "adm-no"}`}>
      {allowed ? <CheckCircleIcon /> : <TimesCircleIcon />}{" "}
      {t(allowed ? "explain.yes" : "explain.no")}
      {code === null ? null : <code>{code}</code>}
    </span>
  );
}

function Path({ found }: { found: Explanation }) {
  const { t } = useSpeech();
  return (
    <Alert
      isInline
      isLiveRegion
      component="h2"
      variant={found.allowed ? "success" : "danger"}
      title={t(found.allowed ? "explain.mayTitle" : "explain.mayNotTitle", {
        user: found.userId,
        channel: found.channelId,
        action: t(`action.${found.action}`),
      })}
    >
      <ol className="adm-path">
        {found.path.map((step) => (
          <li key={step.rule} className={step.holds ? "adm-yes" : "adm-no"}>
            {step.holds ? <CheckCircleIcon /> : <TimesCircleIcon />}
            <span className="pf-v6-screen-reader">
              {t(step.holds ? "explain.holds" : "explain.fails")}
            </span>
            <span>
              <code>{step.rule}</code> {step.text}
            </span>
          </li>
        ))}
      </ol>
    </Alert>
  );
}
