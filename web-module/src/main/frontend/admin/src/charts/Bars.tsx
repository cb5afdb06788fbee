import { useSpeech } from "../text/index.js";

/** Bars of equal width, one for each label; each is also text. */
export function Bars({
  title,
  bars,
}: {
  title: string;
  bars: readonly { label: string; value: number }[];
}) {
  const { number } = useSpeech();
  const most = Math.max(1, ...bars.map((bar) => bar.value));
  return (
    <ol className="adm-bars" aria-label={title}>
      {bars.map((bar) => (
        <li key={bar.label} title={`${bar.label}: ${number(bar.value)}`}>
          <span className="adm-bar" style={{ height: `${(bar.value / most) * 100}%` }} />
          <span className="pf-v6-screen-reader">
            {bar.label}: {number(bar.value)}
          </span>
        </li>
      ))}
    </ol>
  );
}
