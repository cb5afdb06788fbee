import {
  Masthead,
  MastheadBrand,
  MastheadContent,
  MastheadLogo,
  MastheadMain,
  MastheadToggle,
} from "@patternfly/react-core/dist/esm/components/Masthead";
import {
  Page,
  PageSidebar,
  PageSidebarBody,
  PageToggleButton,
} from "@patternfly/react-core/dist/esm/components/Page";
import { SkipToContent } from "@patternfly/react-core/dist/esm/components/SkipToContent";
import { type ReactNode, useEffect, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { AccountMenu } from "./AccountMenu";
import { BellLogo } from "./BellLogo";

/** What stands in a frame. */
export interface FrameProps {
  /** Which of the pages this is; beside the brand. */
  readonly title: string;
  /** In the sidebar, which folds away on narrow screens. */
  readonly navigation: ReactNode;
  /** In the masthead before the account. */
  readonly tools?: ReactNode;
  /** Above the content: what nobody may overlook. */
  readonly banner?: ReactNode;
  /** In a drawer beside the content. */
  readonly drawer?: ReactNode;
  readonly isDrawerOpen?: boolean;
  /** Whether the content has the height of the window and scrolls within. */
  readonly fillsWindow?: boolean;
  readonly children: ReactNode;
}

const MAIN_ID = "main";

/** From where on the sidebar stands beside the content instead of over it; PatternFly's `xl`. */
const WIDE = "(min-width: 75rem)";

function subscribeWide(listener: () => void): () => void {
  const query = window.matchMedia(WIDE);
  query.addEventListener("change", listener);
  return () => query.removeEventListener("change", listener);
}

/** Whether the sidebar is open: on narrow windows only until somebody has chosen where to go. */
function useSidebar(): { isOpen: boolean; toggle: () => void } {
  const isWide = useSyncExternalStore(subscribeWide, () => window.matchMedia(WIDE).matches);
  const [isOpenWide, setOpenWide] = useState(true);
  const [isOpenNarrow, setOpenNarrow] = useState(false);
  useEffect(() => {
    const close = () => setOpenNarrow(false);
    window.addEventListener("hashchange", close);
    return () => window.removeEventListener("hashchange", close);
  }, []);
  return {
    isOpen: isWide ? isOpenWide : isOpenNarrow,
    toggle: () => (isWide ? setOpenWide(!isOpenWide) : setOpenNarrow(!isOpenNarrow)),
  };
}

/** The frame of every signed-in page: masthead, sidebar, content. */
export function Frame(props: FrameProps) {
  const { t } = useTranslation();
  const { isOpen, toggle } = useSidebar();
  const masthead = (
    <Masthead display={{ default: "inline" }}>
      <MastheadMain>
        <MastheadToggle>
          <PageToggleButton
            isHamburgerButton
            aria-label={t("ui.frame.menu")}
            id="menu-toggle"
            isSidebarOpen={isOpen}
            onSidebarToggle={toggle}
          />
        </MastheadToggle>
        <MastheadBrand>
          <MastheadLogo href="#/" className="ui-logo">
            <BellLogo />
            <span className="ui-brand">{t("ui.brand")}</span>
            <span className="ui-title">{props.title}</span>
          </MastheadLogo>
        </MastheadBrand>
      </MastheadMain>
      <MastheadContent>
        <div className="ui-tools">
          {props.tools}
          <AccountMenu />
        </div>
      </MastheadContent>
    </Masthead>
  );
  return (
    <Page
      className="ui-frame"
      masthead={masthead}
      sidebar={
        <PageSidebar isSidebarOpen={isOpen}>
          <PageSidebarBody>{props.navigation}</PageSidebarBody>
        </PageSidebar>
      }
      isContentFilled={props.fillsWindow ?? false}
      skipToContent={
        <SkipToContent
          href={`#${MAIN_ID}`}
          onClick={(event) => {
            event.preventDefault(); // the address's hash is the route
            document.getElementById(MAIN_ID)?.focus();
          }}
        >
          {t("ui.frame.skip")}
        </SkipToContent>
      }
      mainContainerId={MAIN_ID}
      banner={props.banner}
      notificationDrawer={props.drawer}
      isNotificationDrawerExpanded={props.isDrawerOpen ?? false}
    >
      {props.children}
    </Page>
  );
}
