import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import {
  EmptyState,
  EmptyStateActions,
  EmptyStateBody,
  EmptyStateFooter,
} from "@patternfly/react-core/dist/esm/components/EmptyState";
import { Component, type PropsWithChildren } from "react";
import { useTranslation } from "react-i18next";

function Failed({ onRetry }: { onRetry: () => void }) {
  const { t } = useTranslation();
  return (
    <EmptyState status="danger" titleText={t("ui.error.title")} headingLevel="h2" role="alert">
      <EmptyStateBody>{t("ui.error.text")}</EmptyStateBody>
      <EmptyStateFooter>
        <EmptyStateActions>
          <Button onClick={onRetry}>{t("ui.error.retry")}</Button>
          <Button variant="link" onClick={() => location.reload()}>
            {t("ui.error.reload")}
          </Button>
        </EmptyStateActions>
      </EmptyStateFooter>
    </EmptyState>
  );
}

/** Keeps a fault in one part of a page from taking the rest with it. */
export class ErrorBoundary extends Component<PropsWithChildren, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidCatch(failure: unknown) {
    console.error(failure);
  }

  override render() {
    return this.state.failed ? (
      <Failed onRetry={() => this.setState({ failed: false })} />
    ) : (
      this.props.children
    );
  }
}
