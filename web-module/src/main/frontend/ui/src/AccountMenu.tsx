import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Popover } from "@patternfly/react-core/dist/esm/components/Popover";
import UserIcon from "@patternfly/react-icons/dist/esm/icons/user-icon";
import { useTranslation } from "react-i18next";
import { Preferences } from "./Preferences";
import { problemText } from "./problems";
import { useSession } from "./session";
import { useToasts } from "./toasts";

/** Who is signed in, their preferences, and the way out. */
export function AccountMenu() {
  const { t } = useTranslation();
  const { user, signOut } = useSession();
  const toasts = useToasts();
  if (user === null) {
    return null;
  }
  const leave = () =>
    signOut().catch((failure) =>
      toasts.show({ variant: "danger", title: problemText(t, failure) }),
    );
  return (
    <Popover
      position="bottom-end"
      aria-label={t("ui.frame.account", { name: user.name })}
      showClose={false}
      headerContent={user.name}
      headerComponent="h2"
      hasAutoWidth
      bodyContent={<Preferences />}
      footerContent={
        <Button variant="secondary" isBlock onClick={leave}>
          {t("ui.frame.signOut")}
        </Button>
      }
    >
      <Button
        variant="plain"
        aria-label={t("ui.frame.account", { name: user.name })}
        icon={<UserIcon />}
      >
        <span className="ui-account-name">{user.name}</span>
      </Button>
    </Popover>
  );
}
