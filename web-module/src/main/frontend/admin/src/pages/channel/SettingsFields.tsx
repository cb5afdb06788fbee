import {
  PUBLISH_POLICIES,
  type PublishPolicy,
  VISIBILITIES,
  type Visibility,
} from "../../api/types.js";
import { AreaField, ChoiceField, TextField } from "../../parts/Fields.js";
import { useSpeech } from "../../text/index.js";
import type { ChannelFields, HistoryChoice } from "./policy.js";

const HISTORIES: readonly HistoryChoice[] = ["FOREVER", "DAYS", "NONE"];

/** The fields of a channel's settings; the same for a new one and for one that changes. */
export function SettingsFields({
  fields,
  onChange,
}: {
  fields: ChannelFields;
  onChange: (fields: ChannelFields) => void;
}) {
  const { t } = useSpeech();
  const set = (change: Partial<ChannelFields>) => onChange({ ...fields, ...change });
  return (
    <>
      <TextField
        label={t("channel.title")}
        value={fields.title}
        maxLength={200}
        onChange={(title) => set({ title })}
      />
      <AreaField
        label={t("channel.topic")}
        value={fields.topic}
        maxLength={1000}
        onChange={(topic) => set({ topic })}
      />
      <div className="adm-columns">
        <ChoiceField
          label={t("channel.visibility")}
          value={fields.visibility}
          choices={VISIBILITIES.map((one) => [one, t(`visibility.${one}`)])}
          help={t(`visibility.help.${fields.visibility}`)}
          onChange={(visibility) => set({ visibility: visibility as Visibility })}
        />
        <ChoiceField
          label={t("channel.publish")}
          value={fields.publish}
          choices={PUBLISH_POLICIES.map((one) => [one, t(`publish.${one}`)])}
          onChange={(publish) => set({ publish: publish as PublishPolicy })}
        />
        <ChoiceField
          label={t("channel.history")}
          value={fields.history}
          choices={HISTORIES.map((one) => [one, t(`history.${one}`)])}
          onChange={(history) => set({ history: history as HistoryChoice })}
        />
        {fields.history === "DAYS" ? (
          <TextField
            label={t("channel.days")}
            type="number"
            min={1}
            max={36500}
            required
            value={fields.days}
            onChange={(days) => set({ days })}
          />
        ) : null}
        <TextField
          label={t("channel.slowMode")}
          type="number"
          min={0}
          max={86400}
          value={fields.slowMode}
          help={t("channel.slowModeHelp")}
          onChange={(slowMode) => set({ slowMode })}
        />
        <TextField
          label={t("channel.maxBytes")}
          type="number"
          min={0}
          max={65536}
          value={fields.maxBytes}
          help={t("channel.maxBytesHelp")}
          onChange={(maxBytes) => set({ maxBytes })}
        />
      </div>
    </>
  );
}
