import { Spinner } from "@patternfly/react-core/dist/esm/components/Spinner";
import { type ReactNode, StrictMode, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { ErrorBoundary } from "./ErrorBoundary";
import { SignIn } from "./SignIn";
import { SessionProvider, useSession } from "./session";
import { useTheme } from "./theme";
import { ToastProvider } from "./toasts";

interface RootProps {
  /** The key of the text that says which of the pages this is. */
  readonly titleKey: string;
  /** What somebody sees who is signed in. */
  readonly children: ReactNode;
}

/** Everything around a page: theme, session, toasts, the sign-in, and a net for faults. */
export function Root(props: RootProps) {
  return (
    <StrictMode>
      <ErrorBoundary>
        <SessionProvider>
          <ToastProvider>
            <Door {...props} />
          </ToastProvider>
        </SessionProvider>
      </ErrorBoundary>
    </StrictMode>
  );
}

function Door({ titleKey, children }: RootProps) {
  const { t } = useTranslation();
  const { state, user } = useSession();
  useTheme();
  const title = t(titleKey);
  useEffect(() => {
    document.title = `${title} · ${t("ui.brand")}`;
  }, [title, t]);
  switch (state) {
    case "loading":
      return (
        <main className="ui-sign-in">
          <Spinner aria-label={t("ui.signIn.loading")} />
        </main>
      );
    case "signedOut":
      return <SignIn title={title} />;
    case "signedIn":
      // Nothing of one user may be left for the next.
      return <ErrorBoundary key={user?.id}>{children}</ErrorBoundary>;
  }
}
