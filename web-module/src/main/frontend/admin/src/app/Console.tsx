import { ErrorBoundary, Frame } from "@carillon/ui";
import { Breadcrumb, BreadcrumbItem } from "@patternfly/react-core/dist/esm/components/Breadcrumb";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { PageSection } from "@patternfly/react-core/dist/esm/components/Page";
import { Skeleton } from "@patternfly/react-core/dist/esm/components/Skeleton";
import KeyboardIcon from "@patternfly/react-icons/dist/esm/icons/keyboard-icon";
import SearchIcon from "@patternfly/react-icons/dist/esm/icons/search-icon";
import { type ReactNode, Suspense, useEffect, useRef, useState } from "react";
import { overviewStream } from "../live/overview.js";
import { Empty } from "../parts/Empty.js";
import { useSpeech } from "../text/index.js";
import { KeyboardHelp } from "./KeyboardHelp.js";
import { LiveSwitch } from "./LiveSwitch.js";
import { Navigation } from "./Navigation.js";
import { Palette } from "./Palette.js";
import { type PageEntry, pages, pagesFor } from "./pages.js";
import { useSelf } from "./rights.js";
import { go, href, type Place, usePlace } from "./router.js";
import { useShortcuts } from "./shortcuts.js";

/** The frame with its menu, and the page that the address names. */
export function Console() {
  const { t } = useSpeech();
  const self = useSelf();
  const place = usePlace();
  const allowed = pagesFor(self.rights);
  const [open, setOpen] = useState<"palette" | "help" | null>(null);
  useShortcuts(allowed, setOpen);

  const streams = self.rights.has("OVERVIEW_VIEW");
  useEffect(() => {
    if (streams) {
      overviewStream.start();
      return () => overviewStream.stop();
    }
  }, [streams]);

  const first = allowed[0];
  const entry = pages.find((page) => page.id === (place.segments[0] ?? first?.id));
  const detail = place.segments[1];
  useFocusOnChange(`${entry?.id}/${detail ?? ""}`);

  return (
    <Frame
      title={t("app.title")}
      navigation={<Navigation allowed={allowed} active={entry?.id} />}
      tools={
        <>
          <Button
            variant="plain"
            className="adm-search-button"
            aria-label={t("palette.open")}
            aria-keyshortcuts="Control+K"
            icon={<SearchIcon />}
            onClick={() => setOpen("palette")}
          >
            <span className="adm-wide">{t("palette.short")}</span>
          </Button>
          {streams ? <LiveSwitch /> : null}
          <Button
            variant="plain"
            className="adm-wide"
            aria-label={t("help.title")}
            aria-keyshortcuts="?"
            icon={<KeyboardIcon />}
            onClick={() => setOpen("help")}
          />
        </>
      }
    >
      <PageSection hasBodyWrapper={false} isFilled className="adm-page">
        {entry !== undefined && detail !== undefined ? <Trail entry={entry} place={place} /> : null}
        <ErrorBoundary key={`${entry?.id}/${detail ?? ""}`}>
          <Suspense fallback={<Waiting />}>
            {content(entry, detail, allowed, <NotFound />)}
          </Suspense>
        </ErrorBoundary>
      </PageSection>
      {open === "palette" ? <Palette allowed={allowed} onClose={() => setOpen(null)} /> : null}
      {open === "help" ? <KeyboardHelp allowed={allowed} onClose={() => setOpen(null)} /> : null}
    </Frame>
  );
}

function content(
  entry: PageEntry | undefined,
  detail: string | undefined,
  allowed: readonly PageEntry[],
  otherwise: ReactNode,
): ReactNode {
  if (entry === undefined || !allowed.includes(entry)) {
    return otherwise;
  }
  if (detail === undefined) {
    return <entry.page />;
  }
  return entry.detail === undefined ? otherwise : <entry.detail key={detail} id={detail} />;
}

function Trail({ entry, place }: { entry: PageEntry; place: Place }) {
  const { t } = useSpeech();
  return (
    <Breadcrumb aria-label={t("breadcrumb")}>
      <BreadcrumbItem to={href([entry.id])}>{t(entry.text)}</BreadcrumbItem>
      <BreadcrumbItem isActive>{place.segments[1]}</BreadcrumbItem>
    </Breadcrumb>
  );
}

function Waiting() {
  const { t } = useSpeech();
  return <Skeleton height="12rem" screenreaderText={t("loading")} />;
}

function NotFound() {
  const { t } = useSpeech();
  return (
    <Empty
      title={t("notFound.title")}
      text={t("notFound.text")}
      actions={<Button onClick={() => go(href([]))}>{t("notFound.home")}</Button>}
    />
  );
}

/** Another page begins at its top, and those who hear it hear its head next. */
function useFocusOnChange(key: string): void {
  const last = useRef(key);
  useEffect(() => {
    if (last.current !== key) {
      last.current = key;
      const main = document.getElementById("main");
      main?.scrollTo(0, 0);
      main?.focus({ preventScroll: true });
    }
  }, [key]);
}
