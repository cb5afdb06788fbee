import "uplot/dist/uPlot.min.css";
import { useTheme } from "@carillon/ui";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import type { Sample } from "../live/history.js";
import { useSpeech } from "../text/index.js";

/** A line of a chart. */
export interface Line {
  label: string;
  value: (sample: Sample) => number;
  /** The token of its colour. */
  colour: string;
}

const HEIGHT = 200;
const TABLE_ROWS = 15;

/** Lines over the last minutes, with the same figures as a table for those who cannot see them. */
export function Chart(props: {
  title: string;
  lines: readonly Line[];
  samples: readonly Sample[];
  digits?: number;
}) {
  const { t, language, number } = useSpeech();
  const { isDark } = useTheme();
  const { lines, samples } = props;
  const [asTable, setAsTable] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const data = useRef<uPlot.AlignedData>([[]]);
  data.current = [
    samples.map((sample) => sample.atSeconds),
    ...lines.map((line) =>
      samples.map((sample) => {
        const value = line.value(sample);
        return Number.isNaN(value) ? null : value;
      }),
    ),
  ];

  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn anew for other colours and words
  useEffect(() => {
    const place = box.current;
    if (place === null || asTable) {
      return;
    }
    const style = getComputedStyle(place);
    const text = style.getPropertyValue("--pf-t--global--text--color--subtle").trim();
    const rule = style.getPropertyValue("--pf-t--global--border--color--default").trim();
    const axis = { stroke: text, grid: { stroke: rule, width: 1 }, ticks: { stroke: rule } };
    const clock = new Intl.DateTimeFormat(language, { timeStyle: "medium" });
    const chart = new uPlot(
      {
        width: Math.max(place.clientWidth, 200),
        height: HEIGHT,
        legend: { show: false },
        cursor: { drag: { x: false, y: false } },
        scales: {
          y: { range: (_, low, high) => [Math.min(0, low || 0), Math.max(1, (high || 0) * 1.1)] },
        },
        series: [
          {},
          ...lines.map((line) => ({
            label: line.label,
            stroke: style.getPropertyValue(line.colour).trim() || text,
            width: 2,
            points: { show: false },
          })),
        ],
        axes: [
          { ...axis, space: 90, values: (_, ticks) => ticks.map((at) => clock.format(at * 1000)) },
          { ...axis, size: 56, values: (_, ticks) => ticks.map((value) => number(value, 1)) },
        ],
      },
      data.current,
      place,
    );
    plot.current = chart;
    const observer = new ResizeObserver(() => {
      if (place.clientWidth > 0) {
        chart.setSize({ width: place.clientWidth, height: HEIGHT });
      }
    });
    observer.observe(place);
    return () => {
      observer.disconnect();
      chart.destroy();
      plot.current = null;
    };
  }, [asTable, isDark, language]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the data are made of the samples
  useEffect(() => plot.current?.setData(data.current), [samples]);

  const digits = props.digits ?? 0;
  const figure = (value: number) => (Number.isNaN(value) ? "–" : number(value, digits));
  const last = samples.at(-1);
  return (
    <section className="adm-card adm-chart" aria-label={props.title}>
      <div className="adm-card-head">
        <h2>{props.title}</h2>
        <Button variant="link" isInline aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {asTable ? t("chart.asChart") : t("chart.asTable")}
        </Button>
      </div>
      <ul className="adm-legend">
        {lines.map((line) => (
          <li key={line.label}>
            <span className="adm-legend-mark" style={{ background: `var(${line.colour})` }} />
            {line.label}
            <strong>{last === undefined ? "–" : figure(line.value(last))}</strong>
          </li>
        ))}
      </ul>
      {asTable ? (
        <table className="adm-plain-table">
          <thead>
            <tr>
              <th scope="col">{t("chart.time")}</th>
              {lines.map((line) => (
                <th key={line.label} scope="col">
                  {line.label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {samples
              .slice(-TABLE_ROWS)
              .reverse()
              .map((sample) => (
                <tr key={sample.atSeconds}>
                  <th scope="row">
                    {new Date(sample.atSeconds * 1000).toLocaleTimeString(language)}
                  </th>
                  {lines.map((line) => (
                    <td key={line.label}>{figure(line.value(sample))}</td>
                  ))}
                </tr>
              ))}
          </tbody>
        </table>
      ) : (
        <div
          ref={box}
          className="adm-plot"
          role="img"
          aria-label={t("chart.picture", { title: props.title })}
        />
      )}
    </section>
  );
}
