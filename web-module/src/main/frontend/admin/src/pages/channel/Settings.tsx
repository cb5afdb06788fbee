import { useToasts } from "@carillon/ui";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Form } from "@patternfly/react-core/dist/esm/components/Form";
import { type FormEvent, useState } from "react";
import { adminPath } from "../../api/call.js";
import { send } from "../../api/send.js";
import type { ChannelDetail } from "../../api/types.js";
import { useMay } from "../../app/rights.js";
import { CallAsCurl } from "../../parts/Curl.js";
import { Problem } from "../../parts/Problem.js";
import { Facts, When } from "../../parts/Shown.js";
import { useSpeech } from "../../text/index.js";
import { changesOf, fieldsOf } from "./policy.js";
import { SettingsFields } from "./SettingsFields.js";

/** How a channel is set; a form for those who may change it, else the same as text. */
export function Settings({ channel, onSaved }: { channel: ChannelDetail; onSaved: () => void }) {
  const { t, number } = useSpeech();
  const may = useMay();
  const toasts = useToasts();
  const [fields, setFields] = useState(() => fieldsOf(channel));
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const { policy } = channel;
  const facts = (
    <Facts
      facts={[
        [t("channel.kind"), t(`kind.${channel.kind}`)],
        [t("created"), <When key="created" at={channel.createdAt} />],
        [t("channel.members"), number(channel.members)],
        [t("channel.lastOffset"), number(channel.lastOffset)],
        [t("channel.listeners"), number(channel.listeners)],
        [t("channel.conflicts"), policy.conflicts],
      ]}
    />
  );
  if (!may("CHANNELS_MANAGE")) {
    return (
      <>
        {facts}
        <Facts
          facts={[
            [t("channel.visibility"), t(`visibility.${channel.visibility}`)],
            [t("channel.publish"), t(`publish.${policy.publish}`)],
            [t("channel.history"), policy.history],
            [t("channel.slowMode"), number(policy.slowModeSeconds)],
            [t("channel.maxBytes"), number(policy.maxMessageBytes)],
          ]}
        />
      </>
    );
  }
  const changes = changesOf(channel, fields);
  const call =
    changes === null || Object.keys(changes).length === 0
      ? null
      : { method: "PATCH" as const, path: adminPath`channels/${channel.channelId}`, body: changes };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (call === null || busy) {
      return;
    }
    setBusy(true);
    setError(null);
    try {
      await send(call);
      toasts.show({ variant: "success", title: t("saved") });
      onSaved();
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  };
  return (
    <div className="adm-stack">
      {facts}
      <Form onSubmit={submit} className="adm-form">
        <Problem error={error} />
        <SettingsFields fields={fields} onChange={setFields} />
        <div className="adm-head-actions">
          <Button type="submit" isDisabled={call === null || busy} isLoading={busy}>
            {t("save")}
          </Button>
          <Button
            variant="link"
            isDisabled={call === null && changes !== null}
            onClick={() => setFields(fieldsOf(channel))}
          >
            {t("undo")}
          </Button>
        </div>
        {call === null ? null : <CallAsCurl call={call} />}
      </Form>
    </div>
  );
}
