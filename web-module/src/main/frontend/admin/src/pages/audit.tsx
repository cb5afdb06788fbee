import { apiUrl } from "@carillon/ui";
import { Alert } from "@patternfly/react-core/dist/esm/components/Alert";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { useState } from "react";
import { addressOf, get } from "../api/call.js";
import { record } from "../api/record.js";
import { send } from "../api/send.js";
import type { AuditCheck } from "../api/types.js";
import { usePlace } from "../app/router.js";
import { PageHead } from "../parts/PageHead.js";
import { Problem } from "../parts/Problem.js";
import { useSpeech } from "../text/index.js";
import { AuditTable } from "./audit/AuditTable.js";
import { auditFilter } from "./audit/filter.js";

/** Who did what, when, and whether somebody has tampered with the record of it. */
export default function AuditPage() {
  const { t, number } = useSpeech();
  const { query } = usePlace();
  const [check, setCheck] = useState<AuditCheck | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [checking, setChecking] = useState(false);
  const runCheck = async () => {
    setChecking(true);
    setError(null);
    setCheck(null);
    try {
      setCheck(await send<AuditCheck>(get("admin/audit/check")));
    } catch (failure) {
      setError(failure);
    }
    setChecking(false);
  };
  const exportCall = (format: string) =>
    get("admin/audit/export", { format, ...auditFilter(query) });
  return (
    <>
      <PageHead
        title={t("page.audit")}
        description={t("audit.text")}
        actions={
          <>
            <Button
              variant="secondary"
              isLoading={checking}
              isDisabled={checking}
              onClick={runCheck}
            >
              {t("audit.check")}
            </Button>
            {["csv", "jsonl"].map((format) => (
              <Button
                key={format}
                variant="link"
                component="a"
                href={addressOf(exportCall(format), apiUrl(""))}
                download={`audit.${format}`}
                onClick={() => record(exportCall(format))}
              >
                {t("audit.export", { format: format.toUpperCase() })}
              </Button>
            ))}
          </>
        }
      />
      <Problem error={error} />
      {check === null ? null : (
        <Alert
          isInline
          isLiveRegion
          component="h2"
          variant={check.intact ? "success" : "danger"}
          title={t(check.intact ? "audit.intact" : "audit.broken", {
            lines: number(check.lines),
            no: check.fault?.no ?? "–",
          })}
        >
          {check.fault === null ? (
            <code className="adm-wrap">{check.headHash}</code>
          ) : (
            t(`audit.fault.${check.fault.kind}`, { id: check.fault.id })
          )}
        </Alert>
      )}
      <AuditTable fixed={{}} />
    </>
  );
}
