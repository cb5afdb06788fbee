import {
  EmptyState,
  EmptyStateActions,
  EmptyStateBody,
  EmptyStateFooter,
} from "@patternfly/react-core/dist/esm/components/EmptyState";
import SearchIcon from "@patternfly/react-icons/dist/esm/icons/search-icon";
import type { ComponentType, ReactNode } from "react";

/** What stands in place of a list that has nothing. */
export function Empty(props: {
  title: string;
  text?: string;
  icon?: ComponentType;
  actions?: ReactNode;
}) {
  return (
    <EmptyState
      titleText={props.title}
      headingLevel="h2"
      icon={props.icon ?? SearchIcon}
      variant="sm"
    >
      {props.text === undefined ? null : <EmptyStateBody>{props.text}</EmptyStateBody>}
      {props.actions === undefined ? null : (
        <EmptyStateFooter>
          <EmptyStateActions>{props.actions}</EmptyStateActions>
        </EmptyStateFooter>
      )}
    </EmptyState>
  );
}
