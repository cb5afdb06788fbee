import { useState } from "react";
import { CHANNEL_KINDS, type Channel } from "../../api/types.js";
import { Dialog } from "../../parts/Dialog.js";
import { ChoiceField, TextField } from "../../parts/Fields.js";
import { useSpeech } from "../../text/index.js";
import { NEW_CHANNEL, policyOf } from "./policy.js";
import { SettingsFields } from "./SettingsFields.js";

/** Asks for a new channel. */
export function CreateChannel(props: {
  owner: string;
  onClose: () => void;
  onDone: (channel: Channel) => void;
}) {
  const { t } = useSpeech();
  const [channelId, setChannelId] = useState("");
  const [kind, setKind] = useState("CHAT");
  const [owners, setOwners] = useState(props.owner);
  const [fields, setFields] = useState(NEW_CHANNEL);
  const policy = policyOf(fields);
  const names = owners.split(/[\s,]+/).filter((name) => name !== "");
  return (
    <Dialog<Channel>
      title={t("channels.create")}
      submit={t("create")}
      size="medium"
      done={t("channels.created", { name: channelId })}
      call={
        channelId.trim() === "" || policy === null
          ? null
          : {
              method: "POST",
              path: "admin/channels",
              body: {
                channelId,
                kind,
                visibility: fields.visibility,
                title: fields.title,
                topic: fields.topic,
                policy,
                owners: names,
              },
            }
      }
      onClose={props.onClose}
      onDone={props.onDone}
    >
      <TextField
        label={t("channel.name")}
        value={channelId}
        required
        maxLength={200}
        help={t("channel.nameHelp")}
        onChange={setChannelId}
      />
      <div className="adm-columns">
        <ChoiceField
          label={t("channel.kind")}
          value={kind}
          choices={CHANNEL_KINDS.map((one) => [one, t(`kind.${one}`)])}
          help={t(`kind.help.${kind as "CHAT"}`)}
          onChange={setKind}
        />
        <TextField
          label={t("channel.owners")}
          value={owners}
          help={t("channel.ownersHelp")}
          onChange={setOwners}
        />
      </div>
      <SettingsFields fields={fields} onChange={setFields} />
    </Dialog>
  );
}
