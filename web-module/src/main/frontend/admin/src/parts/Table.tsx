import "@patternfly/react-styles/css/components/Table/table.css";
import "@patternfly/react-styles/css/components/Table/table-grid.css";
import { Checkbox } from "@patternfly/react-core/dist/esm/components/Checkbox";
import { Skeleton } from "@patternfly/react-core/dist/esm/components/Skeleton";
import ArrowsIcon from "@patternfly/react-icons/dist/esm/icons/arrows-alt-v-icon";
import ArrowDownIcon from "@patternfly/react-icons/dist/esm/icons/long-arrow-alt-down-icon";
import ArrowUpIcon from "@patternfly/react-icons/dist/esm/icons/long-arrow-alt-up-icon";
import type { ReactNode } from "react";
import { useSpeech } from "../text/index.js";

/** A column: its name, and what a row has there. */
export interface Column<T> {
  key: string;
  /** Shown in the head, and beside the value on narrow screens. */
  label: string;
  render: (row: T) => ReactNode;
  /** What the server sorts by; absent where it does not. */
  sort?: string;
  /** Numbers, to the right. */
  numeric?: boolean;
}

/** Rows that were chosen, by their keys. */
export interface Selection {
  selected: ReadonlySet<string>;
  onChange: (selected: ReadonlySet<string>) => void;
}

interface TableProps<T> {
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[] | undefined;
  rowKey: (row: T) => string;
  /** What a row is called, for those who hear its checkbox. */
  rowName?: (row: T) => string;
  loading?: boolean;
  /** What stands there when nothing matches. */
  empty: ReactNode;
  sort?: string;
  onSort?: (sort: string) => void;
  selection?: Selection | undefined;
  actions?: (row: T) => ReactNode;
  rowClass?: (row: T) => string | undefined;
}

const SKELETON_ROWS = ["1", "2", "3", "4", "5"];

/** A table in PatternFly's look that folds into cards on narrow screens. */
export function Table<T>(props: TableProps<T>) {
  const { t } = useSpeech();
  const { columns, rows, selection } = props;
  if (rows !== undefined && rows.length === 0 && props.loading !== true) {
    return props.empty;
  }
  const width = columns.length + (selection ? 1 : 0) + (props.actions ? 1 : 0);
  const keys = (rows ?? []).map(props.rowKey);
  const all = keys.length > 0 && keys.every((key) => selection?.selected.has(key));
  return (
    <div className={`adm-table${props.loading === true && rows !== undefined ? " adm-stale" : ""}`}>
      <table
        className="pf-v6-c-table pf-m-grid-md pf-m-compact"
        aria-label={props.label}
        aria-busy={props.loading === true}
      >
        <thead className="pf-v6-c-table__thead">
          <tr className="pf-v6-c-table__tr">
            {selection === undefined ? null : (
              <td className="pf-v6-c-table__td pf-v6-c-table__check">
                <Checkbox
                  id={`${props.label}-all`}
                  aria-label={t("table.selectAll")}
                  isChecked={all}
                  onChange={(_, checked) =>
                    selection.onChange(
                      new Set(
                        checked
                          ? [...selection.selected, ...keys]
                          : [...selection.selected].filter((key) => !keys.includes(key)),
                      ),
                    )
                  }
                />
              </td>
            )}
            {columns.map((column) => (
              <Head
                key={column.key}
                column={column}
                {...(props.sort === undefined ? {} : { sort: props.sort })}
                {...(props.onSort === undefined ? {} : { onSort: props.onSort })}
              />
            ))}
            {props.actions === undefined ? null : (
              <td className="pf-v6-c-table__td">
                <span className="pf-v6-screen-reader">{t("table.actions")}</span>
              </td>
            )}
          </tr>
        </thead>
        <tbody className="pf-v6-c-table__tbody">
          {rows === undefined
            ? SKELETON_ROWS.map((key) => (
                <tr key={key} className="pf-v6-c-table__tr">
                  <td className="pf-v6-c-table__td" colSpan={width}>
                    <Skeleton screenreaderText={t("loading")} />
                  </td>
                </tr>
              ))
            : rows.map((row) => {
                const key = props.rowKey(row);
                return (
                  <tr key={key} className={`pf-v6-c-table__tr ${props.rowClass?.(row) ?? ""}`}>
                    {selection === undefined ? null : (
                      <td className="pf-v6-c-table__td pf-v6-c-table__check">
                        <Checkbox
                          id={`select-${key}`}
                          aria-label={t("table.select", { name: props.rowName?.(row) ?? key })}
                          isChecked={selection.selected.has(key)}
                          onChange={(_, checked) => {
                            const next = new Set(selection.selected);
                            if (checked) {
                              next.add(key);
                            } else {
                              next.delete(key);
                            }
                            selection.onChange(next);
                          }}
                        />
                      </td>
                    )}
                    {columns.map((column) => (
                      <td
                        key={column.key}
                        className={`pf-v6-c-table__td${column.numeric === true ? " adm-number" : ""}`}
                        data-label={column.label}
                      >
                        {column.render(row)}
                      </td>
                    ))}
                    {props.actions === undefined ? null : (
                      <td className="pf-v6-c-table__td pf-v6-c-table__action">
                        {props.actions(row)}
                      </td>
                    )}
                  </tr>
                );
              })}
        </tbody>
      </table>
    </div>
  );
}

function Head<T>({
  column,
  sort,
  onSort,
}: {
  column: Column<T>;
  sort?: string;
  onSort?: (sort: string) => void;
}) {
  const numeric = column.numeric === true ? " adm-number" : "";
  if (column.sort === undefined || onSort === undefined) {
    return (
      <th className={`pf-v6-c-table__th${numeric}`} scope="col">
        {column.label}
      </th>
    );
  }
  const name = column.sort;
  const up = sort === name;
  const down = sort === `-${name}`;
  return (
    <th
      className={`pf-v6-c-table__th pf-v6-c-table__sort${numeric}${up || down ? " pf-m-selected" : ""}`}
      scope="col"
      aria-sort={up ? "ascending" : down ? "descending" : "none"}
    >
      <button
        type="button"
        className="pf-v6-c-table__button"
        onClick={() => onSort(up ? `-${name}` : name)}
      >
        <span className="pf-v6-c-table__button-content">
          <span className="pf-v6-c-table__text">{column.label}</span>
          <span className="pf-v6-c-table__sort-indicator">
            {up ? <ArrowUpIcon /> : down ? <ArrowDownIcon /> : <ArrowsIcon />}
          </span>
        </span>
      </button>
    </th>
  );
}
