import BullhornIcon from "@patternfly/react-icons/dist/esm/icons/bullhorn-icon";
import { useState } from "react";
import type { Call } from "../../api/call.js";
import { type Announcement, ORG_ROLES } from "../../api/types.js";
import { useLoad } from "../../api/useLoad.js";
import { Dialog } from "../../parts/Dialog.js";
import { AreaField, ChoiceField, TextField, TickField } from "../../parts/Fields.js";
import { useSpeech } from "../../text/index.js";
import { instant } from "../audit/filter.js";
import { AUDIENCE_KINDS, type AudienceFields, type AudienceKind, audienceOf } from "./audience.js";

/** Writes an announcement: text with its preview, audience with its count, time, acknowledgement. */
export function Compose(props: { onClose: () => void; onDone: (made: Announcement) => void }) {
  const { t, number } = useSpeech();
  const [type, setType] = useState("announcement");
  const [title, setTitle] = useState("");
  const [message, setMessage] = useState("");
  const [url, setUrl] = useState("");
  const [must, setMust] = useState(false);
  const [later, setLater] = useState(false);
  const [at, setAt] = useState("");
  const [audience, setAudience] = useState<AudienceFields>({
    kind: "EVERYBODY",
    roles: new Set(),
    channelId: "",
    users: "",
  });
  const chosen = audienceOf(audience);
  const scheduledAt = later ? instant(at) : null;
  const ready =
    title.trim() !== "" &&
    type.trim() !== "" &&
    chosen !== null &&
    (!later || scheduledAt !== null);
  const call: Call | null = ready
    ? {
        method: "POST",
        path: "admin/announcements",
        body: {
          type: type.trim(),
          title: title.trim(),
          ...(message === "" ? {} : { message }),
          ...(url === "" ? {} : { url }),
          audience: chosen,
          mustAcknowledge: must,
          ...(scheduledAt === null ? {} : { scheduledAt }),
        },
      }
    : null;
  const set = (change: Partial<AudienceFields>) => setAudience({ ...audience, ...change });
  return (
    <Dialog<Announcement>
      title={t("announce.compose")}
      submit={t(later ? "announce.schedule" : "announce.send")}
      size="large"
      call={call}
      done={t(later ? "announce.scheduled" : "announce.sent")}
      onClose={props.onClose}
      onDone={props.onDone}
    >
      <div className="adm-compose">
        <div className="adm-stack">
          <TextField
            label={t("announce.title")}
            value={title}
            maxLength={200}
            required
            onChange={setTitle}
          />
          <AreaField
            label={t("announce.message")}
            value={message}
            maxLength={4000}
            onChange={setMessage}
          />
          <div className="adm-columns">
            <TextField
              label={t("announce.url")}
              value={url}
              maxLength={2000}
              help={t("announce.urlHelp")}
              onChange={setUrl}
            />
            <TextField
              label={t("announce.type")}
              value={type}
              maxLength={100}
              required
              help={t("announce.typeHelp")}
              onChange={setType}
            />
          </div>
        </div>
        <section className="adm-card adm-preview" aria-label={t("announce.preview")}>
          <h3 className="adm-subtle">{t("announce.preview")}</h3>
          <div className="adm-preview-toast">
            <BullhornIcon />
            <div className="adm-wrap">
              <strong>{title || t("announce.title")}</strong>
              <p>{message}</p>
              {url === "" ? null : <span className="adm-subtle">{url}</span>}
              {must ? <p className="adm-subtle">{t("announce.mustShown")}</p> : null}
            </div>
          </div>
        </section>
      </div>
      <div className="adm-columns">
        <ChoiceField
          label={t("announce.audience")}
          value={audience.kind}
          choices={AUDIENCE_KINDS.map((kind) => [kind, t(`audience.${kind}`)])}
          onChange={(kind) => set({ kind: kind as AudienceKind })}
        />
        {audience.kind === "CHANNEL" ? (
          <TextField
            label={t("channel.name")}
            value={audience.channelId}
            maxLength={200}
            required
            onChange={(channelId) => set({ channelId })}
          />
        ) : null}
        {audience.kind === "USERS" ? (
          <AreaField
            label={t("page.users")}
            value={audience.users}
            maxLength={70_000}
            required
            help={t("announce.usersHelp")}
            onChange={(users) => set({ users })}
          />
        ) : null}
        {audience.kind === "ROLES" ? (
          <fieldset className="adm-roles">
            <legend>{t("role")}</legend>
            {ORG_ROLES.map((role) => (
              <TickField
                key={role}
                label={t(`role.${role}`)}
                value={audience.roles.has(role)}
                onChange={(on) => {
                  const roles = new Set(audience.roles);
                  if (on) {
                    roles.add(role);
                  } else {
                    roles.delete(role);
                  }
                  set({ roles });
                }}
              />
            ))}
          </fieldset>
        ) : null}
        <Count audience={chosen} show={(count) => t("announce.count", { count: number(count) })} />
      </div>
      <TickField
        label={t("announce.must")}
        help={t("announce.mustHelp")}
        value={must}
        onChange={setMust}
      />
      <TickField label={t("announce.later")} value={later} onChange={setLater} />
      {later ? (
        <TextField
          label={t("announce.at")}
          type="datetime-local"
          value={at}
          required
          onChange={setAt}
        />
      ) : null}
    </Dialog>
  );
}

/** How many people an audience is, asked of the server. */
function Count({ audience, show }: { audience: unknown; show: (count: number) => string }) {
  const { data } = useLoad<{ count: number }>(
    audience === null
      ? null
      : { method: "POST", path: "admin/announcements/preview", body: { audience } },
  );
  return (
    <p className="adm-count" aria-live="polite">
      {audience === null || data === undefined ? "" : show(data.count)}
    </p>
  );
}
