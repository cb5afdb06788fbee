import { useToasts } from "@carillon/ui";
import { Alert } from "@patternfly/react-core/dist/esm/components/Alert";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Form } from "@patternfly/react-core/dist/esm/components/Form";
import { Label } from "@patternfly/react-core/dist/esm/components/Label";
import PauseIcon from "@patternfly/react-icons/dist/esm/icons/pause-icon";
import PlayIcon from "@patternfly/react-icons/dist/esm/icons/play-icon";
import { type FormEvent, useState } from "react";
import { adminPath, path } from "../../api/call.js";
import { send } from "../../api/send.js";
import type { ChannelDetail } from "../../api/types.js";
import { useMay, useSelf } from "../../app/rights.js";
import { useTail } from "../../live/tail.js";
import { CallAsCurl } from "../../parts/Curl.js";
import { Dialog } from "../../parts/Dialog.js";
import { Empty } from "../../parts/Empty.js";
import { AreaField, TextField } from "../../parts/Fields.js";
import { Problem } from "../../parts/Problem.js";
import { UserLink } from "../../parts/Shown.js";
import { useSpeech } from "../../text/index.js";
import { publishBody, textOf } from "./content.js";

/** What happens in a channel now, and a box to say something there. */
export function Live({ channel, onJoined }: { channel: ChannelDetail; onJoined: () => void }) {
  const { t } = useSpeech();
  const may = useMay();
  const self = useSelf();
  const [joining, setJoining] = useState(false);
  const tail = useTail(channel.channelId, channel.you.mayRead);
  if (!channel.you.mayRead) {
    return (
      <>
        <Alert isInline variant="info" component="h2" title={t("tail.closed")}>
          <p>{t("tail.closedText")}</p>
          {may("CHANNELS_MANAGE") ? (
            <Button variant="link" isInline onClick={() => setJoining(true)}>
              {t("tail.join")}
            </Button>
          ) : null}
        </Alert>
        {joining ? (
          <Dialog
            title={t("tail.join")}
            text={t("tail.joinText")}
            submit={t("tail.join")}
            call={{
              method: "POST",
              path: adminPath`channels/${channel.channelId}/members`,
              body: { userId: self.id, role: "MODERATOR" },
            }}
            onClose={() => setJoining(false)}
            onDone={() => {
              setJoining(false);
              onJoined();
            }}
          />
        ) : null}
      </>
    );
  }
  return (
    <div className="adm-live-tab">
      <section className="adm-card" aria-label={t("tail.title")}>
        <div className="adm-card-head">
          <h2>
            {t("tail.title")}{" "}
            <Label
              isCompact
              color={tail.state === "live" ? "green" : tail.state === "paused" ? "orange" : "grey"}
            >
              {t(`tail.${tail.state}`)}
            </Label>
          </h2>
          <span className="adm-head-actions">
            <Button
              variant="secondary"
              size="sm"
              icon={tail.paused ? <PlayIcon /> : <PauseIcon />}
              onClick={() => tail.setPaused(!tail.paused)}
            >
              {t(tail.paused ? "tail.resume" : "tail.pause")}
            </Button>
            <Button variant="link" size="sm" onClick={tail.clear}>
              {t("tail.clear")}
            </Button>
          </span>
        </div>
        {tail.lines.length === 0 ? (
          <Empty title={t("tail.empty")} text={t("tail.emptyText")} />
        ) : (
          <ol className="adm-tail" aria-label={t("tail.title")}>
            {tail.lines.map(({ key, event, at, message }) => (
              <li key={key}>
                <time dateTime={at}>{at.slice(11, 23)}</time>
                <code>{event}</code>
                {message.authorId === undefined ? null : (
                  <UserLink id={message.authorId} name={message.author?.name} />
                )}
                <span className="adm-wrap">{textOf(message)}</span>
              </li>
            ))}
          </ol>
        )}
      </section>
      <Publish channel={channel} />
    </div>
  );
}

function Publish({ channel }: { channel: ChannelDetail }) {
  const { t } = useSpeech();
  const toasts = useToasts();
  const [name, setName] = useState("");
  const [text, setText] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  if (!channel.you.mayPublish) {
    return <Alert isInline variant="info" component="h2" title={t("publish.refused")} />;
  }
  const body = publishBody(name, text);
  const call = {
    method: "POST" as const,
    path: path`channels/${channel.channelId}/messages`,
    body,
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (body === null || busy) {
      return;
    }
    setBusy(true);
    setError(null);
    try {
      await send(call);
      setText("");
      toasts.show({ variant: "success", title: t("publish.sent") });
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  };
  return (
    <section className="adm-card" aria-label={t("publish.title")}>
      <h2>{t("publish.title")}</h2>
      <Form onSubmit={submit}>
        <Problem error={error} />
        <AreaField
          label={t(name === "" ? "publish.text" : "publish.payload")}
          value={text}
          maxLength={60_000}
          required
          onChange={setText}
        />
        <TextField
          label={t("publish.name")}
          value={name}
          maxLength={200}
          help={t("publish.nameHelp")}
          onChange={setName}
        />
        <div>
          <Button type="submit" isDisabled={body === null || busy} isLoading={busy}>
            {t("publish.button")}
          </Button>
        </div>
        {body === null ? null : <CallAsCurl call={call} />}
      </Form>
    </section>
  );
}
