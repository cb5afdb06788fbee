import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import AngleLeftIcon from "@patternfly/react-icons/dist/esm/icons/angle-left-icon";
import AngleRightIcon from "@patternfly/react-icons/dist/esm/icons/angle-right-icon";
import type { List } from "../api/types.js";
import { useSpeech } from "../text/index.js";
import type { Paged } from "./usePaged.js";

/** How many there are, and the ways back and forth. */
export function Pager<T>({ paged }: { paged: Paged<T, List<T>> }) {
  const { t, number } = useSpeech();
  const shown = paged.data?.items.length ?? 0;
  return (
    <nav className="adm-pager" aria-label={t("pager.label")}>
      <span className="adm-subtle" aria-live="polite">
        {paged.total === null
          ? t("pager.shown", { shown: number(shown) })
          : t("pager.total", { shown: number(shown), total: number(paged.total) })}
      </span>
      {paged.isFirst && !paged.hasNext ? null : (
        <span className="adm-pager-buttons">
          <Button
            variant="control"
            icon={<AngleLeftIcon />}
            isDisabled={paged.isFirst}
            onClick={paged.toPrevious}
          >
            {t("pager.previous")}
          </Button>
          <Button
            variant="control"
            icon={<AngleRightIcon />}
            iconPosition="end"
            isDisabled={!paged.hasNext}
            onClick={paged.toNext}
          >
            {t("pager.next")}
          </Button>
        </span>
      )}
    </nav>
  );
}
