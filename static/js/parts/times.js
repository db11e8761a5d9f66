// Times relative to now, such as "2 minutes ago"; the exact one is in the tooltip.

const REFRESH_MS = 10_000;

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** @type {[below: number, unit: Intl.RelativeTimeFormatUnit, seconds: number][]} */
const AGES = [[60, "second", 1], [3600, "minute", 60], [86400, "hour", 3600]];

/**
 * Write every time inside `root` relative to now.
 * @param {ParentNode} [root]
 */
export function showTimes(root = document) {
  for (const time of /** @type {NodeListOf<HTMLTimeElement>} */ (root.querySelectorAll("time[datetime]"))) {
    const date = new Date(time.dateTime);
    const age = (Date.now() - date.getTime()) / 1000;
    const [, unit, size] = AGES.find(([below]) => age < below) ?? [Infinity, "day", 86400];
    time.textContent = age < 5 ? "just now" : relative.format(-Math.floor(age / size), unit);
    time.title = exact.format(date);
  }
}

/** Write the times of this page now and as they pass. */
export function startTimes() {
  showTimes();
  setInterval(showTimes, REFRESH_MS);
}
