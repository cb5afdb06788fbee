/** The calendar day of a moment where the reader is, as a key that sorts. */
export function dayOf(moment: string | Date): string {
  const date = new Date(moment);
  const two = (part: number) => String(part).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** A day as people call it: today, yesterday, else its date. */
export function dayName(moment: string | Date, language: string, now = new Date()): string {
  const date = new Date(moment);
  const days = Math.round((noonOf(date) - noonOf(now)) / 86_400_000);
  if (days === 0 || days === -1) {
    const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
    const name = relative.format(days, "day");
    return name.charAt(0).toLocaleUpperCase(language) + name.slice(1);
  }
  return new Intl.DateTimeFormat(localeOf(language), {
    weekday: "long",
    day: "numeric",
    month: "long",
    ...(date.getFullYear() !== now.getFullYear() && { year: "numeric" }),
  }).format(date);
}

/** The reader's own form of a language: German of Austria, 24 hours in English of Britain. */
function localeOf(language: string): string {
  return navigator.languages.find((tag) => tag.split("-")[0] === language) ?? language;
}

function noonOf(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate(), 12).getTime();
}

/** The time of day of a moment. */
export function timeName(moment: string | Date, language: string): string {
  return new Intl.DateTimeFormat(localeOf(language), { hour: "numeric", minute: "2-digit" }).format(
    new Date(moment),
  );
}

/** A moment in full, for titles. */
export function momentName(moment: string | Date, language: string): string {
  const date = new Date(moment);
  return Number.isNaN(date.getTime())
    ? ""
    : new Intl.DateTimeFormat(localeOf(language), {
        dateStyle: "full",
        timeStyle: "medium",
      }).format(date);
}

/** Things of one day. */
export interface Day<T> {
  readonly day: string;
  readonly items: readonly T[];
}

/** Things grouped by their day, in the order in which they come. */
export function byDay<T>(items: readonly T[], momentOf: (item: T) => string): Day<T>[] {
  const days: { day: string; items: T[] }[] = [];
  for (const item of items) {
    const day = dayOf(momentOf(item));
    const last = days.at(-1);
    if (last?.day === day) {
      last.items.push(item);
    } else {
      days.push({ day, items: [item] });
    }
  }
  return days;
}
