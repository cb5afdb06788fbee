/** A small line of the latest values, beside a figure that says the same: for the eye only. */
export function Sparkline({ values }: { values: readonly number[] }) {
  const known = values.filter((value) => !Number.isNaN(value));
  if (known.length < 2) {
    return <svg className="adm-spark" aria-hidden="true" />;
  }
  return (
    <svg className="adm-spark" viewBox="0 0 100 24" preserveAspectRatio="none" aria-hidden="true">
      <polyline points={pointsOf(known)} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}

/** The line's points in a box of 100 by 24; a flat line lies in its middle. */
export function pointsOf(values: readonly number[]): string {
  const low = Math.min(...values);
  const span = Math.max(...values) - low;
  return values
    .map((value, i) => {
      const x = (i / (values.length - 1)) * 100;
      const y = span === 0 ? 12 : 22 - ((value - low) / span) * 20;
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join(" ");
}
