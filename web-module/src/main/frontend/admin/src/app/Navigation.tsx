import { Nav, NavGroup, NavItem } from "@patternfly/react-core/dist/esm/components/Nav";
import { useSpeech } from "../text/index.js";
import { groups, type PageEntry } from "./pages.js";
import { href } from "./router.js";

/** The menu, in groups, with what the caller may open. */
export function Navigation({
  allowed,
  active,
}: {
  allowed: readonly PageEntry[];
  active: string | undefined;
}) {
  const { t } = useSpeech();
  return (
    <Nav aria-label={t("nav.label")}>
      {groups
        .map((group) => ({ group, entries: allowed.filter((page) => page.group === group) }))
        .filter(({ entries }) => entries.length > 0)
        .map(({ group, entries }) => (
          <NavGroup key={group} title={t(group)}>
            {entries.map(({ id, text, icon: Icon }) => (
              <NavItem
                key={id}
                itemId={id}
                to={href([id])}
                isActive={id === active}
                icon={<Icon />}
                onClick={closeOnNarrow}
              >
                {t(text)}
              </NavItem>
            ))}
          </NavGroup>
        ))}
    </Nav>
  );
}

/** On a narrow screen the menu lies over the page that was just chosen. */
function closeOnNarrow(): void {
  if (window.matchMedia("(max-width: 74.99rem)").matches) {
    document.getElementById("menu-toggle")?.click();
  }
}
