import { Label } from "@patternfly/react-core/dist/esm/components/Label";
import { Switch } from "@patternfly/react-core/dist/esm/components/Switch";
import { get } from "../api/call.js";
import type { List, Setting } from "../api/types.js";
import { useLoad } from "../api/useLoad.js";
import { setQuery, usePlace } from "../app/router.js";
import { Empty } from "../parts/Empty.js";
import { FilterBar, SearchFilter } from "../parts/Filters.js";
import { PageHead } from "../parts/PageHead.js";
import { Problem } from "../parts/Problem.js";
import { Table } from "../parts/Table.js";
import { useSpeech } from "../text/index.js";

/** How this node is set, and where each value comes from. Secrets never leave the server. */
export default function SettingsPage() {
  const { t } = useSpeech();
  const { query } = usePlace();
  const settings = useLoad<List<Setting>>(get("admin/settings"));
  const wanted = (query.get("q") ?? "").toLowerCase();
  const changedOnly = query.get("changed") === "true";
  const rows = settings.data?.items.filter(
    (one) =>
      (!changedOnly || one.source !== "DEFAULT") &&
      `${one.key} ${one.help}`.toLowerCase().includes(wanted),
  );
  return (
    <>
      <PageHead title={t("page.settings")} description={t("settings.text")} />
      <FilterBar>
        <SearchFilter label={t("settings.search")} />
        <Switch
          label={t("settings.changed")}
          isChecked={changedOnly}
          onChange={(_, checked) => setQuery({ changed: checked ? "true" : null })}
        />
      </FilterBar>
      <Problem error={settings.error} onRetry={settings.reload} />
      <Table
        label={t("page.settings")}
        columns={[
          {
            key: "key",
            label: t("settings.key"),
            render: (one: Setting) => (
              <div>
                <code className="adm-wrap">{one.key}</code>
                <div className="adm-subtle">{one.help}</div>
              </div>
            ),
          },
          {
            key: "value",
            label: t("settings.value"),
            render: (one) => (
              <span className="adm-labels">
                <code className="adm-wrap">{one.value ?? "–"}</code>
                {one.secret ? <Label isCompact>{t("settings.secret")}</Label> : null}
              </span>
            ),
          },
          {
            key: "default",
            label: t("settings.default"),
            render: (one) => <code className="adm-wrap">{one.byDefault ?? "–"}</code>,
          },
          {
            key: "source",
            label: t("settings.source"),
            render: (one) => (
              <span className="adm-labels">
                <Label isCompact color={one.source === "DEFAULT" ? "grey" : "blue"}>
                  {t(`source.${one.source}`)}
                </Label>
                {one.sourceDetail === null ? null : (
                  <span className="adm-subtle adm-wrap">{one.sourceDetail}</span>
                )}
              </span>
            ),
          },
        ]}
        rows={rows}
        rowKey={(one) => one.key}
        loading={settings.loading}
        empty={<Empty title={t("empty.filter")} />}
      />
    </>
  );
}
