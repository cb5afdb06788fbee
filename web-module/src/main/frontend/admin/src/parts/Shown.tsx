import { Label } from "@patternfly/react-core/dist/esm/components/Label";
import type { ReactNode } from "react";
import { useMay } from "../app/rights.js";
import { href } from "../app/router.js";
import { useSpeech } from "../text/index.js";

/** A time as people say it, with the exact one on hover. */
export function When({ at }: { at: string | null | undefined }) {
  const { ago, time } = useSpeech();
  return at === null || at === undefined ? (
    <span className="adm-subtle">–</span>
  ) : (
    <time dateTime={at} title={time(at)}>
      {ago(at)}
    </time>
  );
}

/** A link to a user's page. */
export function UserLink({ id, name }: { id: string; name?: string | null | undefined }) {
  const may = useMay();
  const text =
    name === undefined || name === null || name === "" || name === id ? id : `${name} (${id})`;
  return may("USERS_VIEW") ? (
    <a className="adm-id" href={href(["users", id])}>
      {text}
    </a>
  ) : (
    <span className="adm-id">{text}</span>
  );
}

/** A link to a channel's page. */
export function ChannelLink({ id }: { id: string }) {
  return (
    <a className="adm-id" href={href(["channels", id])}>
      {id}
    </a>
  );
}

/** Whether somebody is there now. */
export function Online({ online }: { online: boolean }) {
  const { t } = useSpeech();
  return (
    <Label color={online ? "green" : "grey"} isCompact>
      {online ? t("online") : t("offline")}
    </Label>
  );
}

/** Terms with their values. */
export function Facts({
  facts,
}: {
  facts: readonly (readonly [term: string, value: ReactNode])[];
}) {
  return (
    <dl className="adm-facts">
      {facts.map(([term, value]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A figure that may be unknown. */
export function Figure({
  value,
  digits = 0,
}: {
  value: number | null | undefined;
  digits?: number;
}) {
  const { number } = useSpeech();
  return (
    <>
      {value === null || value === undefined || Number.isNaN(value) ? "–" : number(value, digits)}
    </>
  );
}
