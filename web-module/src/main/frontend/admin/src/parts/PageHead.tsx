import { Title } from "@patternfly/react-core/dist/esm/components/Title";
import { type ReactNode, useEffect } from "react";
import { useSpeech } from "../text/index.js";
import { CurlButton } from "./Curl.js";

/** The head of each page: its name, what it is for, its actions, and the calls it makes as curl. */
export function PageHead(props: {
  title: string;
  labels?: ReactNode;
  description?: ReactNode;
  actions?: ReactNode;
}) {
  const { t } = useSpeech();
  useEffect(() => {
    document.title = `${props.title} · ${t("app.title")} · Carillon`;
  }, [props.title, t]);
  return (
    <div className="adm-head">
      <div className="adm-head-text">
        <div className="adm-head-title">
          <Title headingLevel="h1" size="2xl">
            {props.title}
          </Title>
          {props.labels}
        </div>
        {props.description === undefined ? null : <p className="adm-subtle">{props.description}</p>}
      </div>
      <div className="adm-head-actions">
        {props.actions}
        <CurlButton />
      </div>
    </div>
  );
}
