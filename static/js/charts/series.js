// Arithmetic over the points of a run: where steps stand on an axis, and what follows from the columns.

/** @import { Value } from "../types/page.d.ts" */

/** @typedef {[low: number, high: number]} Range of an axis */
/** @typedef {{ mean: Value[], low: Value[], high: Value[], smoothed: Value[] | null }} Series of points */

/**
 * The number with the other sign; null stays null.
 * @param {Value | undefined} value
 * @returns {Value}
 */
export const negative = (value) => (value === null || value === undefined ? null : -value);

/**
 * A series turned upside down: its least values become the greatest.
 * @param {Series} series
 * @returns {Series}
 */
export function negated({ mean, low, high, smoothed }) {
  return {
    mean: mean.map(negative),
    low: high.map(negative),
    high: low.map(negative),
    smoothed: smoothed && smoothed.map(negative),
  };
}

/**
 * Steps a second at each point, counted over the `span` points before it; null where these are missing or took no time.
 * @param {number[]} steps
 * @param {number[]} seconds
 * @param {number} span
 * @returns {Value[]}
 */
export function rates(steps, seconds, span) {
  return steps.map((step, i) => {
    const passed = i < span ? 0 : seconds[i] - seconds[i - span];
    return passed > 0 ? (step - steps[i - span]) / passed : null;
  });
}

/**
 * The first and last step of the points that reach into a range of an axis; the last is Infinity where the run goes on
 * inside the range.
 * @param {number[]} steps of the points, each its last one
 * @param {number[]} places of the points on the axis
 * @param {Range} range
 * @returns {[from: number, to: number]}
 */
export function stepsWithin(steps, places, [low, high]) {
  const first = places.findIndex((place) => place >= low);
  const after = places.findIndex((place) => place > high);
  const from = first === 0 ? 1 : (steps.at(first - 1) ?? 0) + 1; // the last step's, where all are below the range
  return [from, after === -1 ? Infinity : steps[after]];
}

/**
 * Where steps stand on an axis, between the points around them; those after the last point are left out.
 * @param {number[]} sorted the steps in question
 * @param {number[]} steps of the points
 * @param {number[]} places of the points on the axis
 * @returns {number[]}
 */
export function placesOf(sorted, steps, places) {
  const last = steps.at(-1) ?? 0;
  let i = 0;
  return sorted.filter((step) => step <= last).map((step) => {
    while (steps[i] < step) i++;
    const [before, from] = i ? [steps[i - 1], places[i - 1]] : [0, 0];
    return places[i] - ((places[i] - from) * (steps[i] - step)) / (steps[i] - before);
  });
}

/**
 * At most so many of a list, evenly chosen, the last one always among them.
 * @template T
 * @param {T[]} all
 * @param {number} most
 * @returns {T[]}
 */
export function thinned(all, most) {
  if (all.length <= most) return all;
  return Array.from({ length: most }, (_, i) => all[Math.round(((i + 1) * all.length) / most) - 1]);
}

/**
 * The least and the greatest of some values; [Infinity, -Infinity] of none.
 * @param {number[]} values
 * @returns {Range}
 */
export function extent(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return [low, high];
}

/**
 * Distinct numbers in ascending order.
 * @param {Iterable<number>} values
 * @returns {number[]}
 */
export const ascending = (values) => [...new Set(values)].toSorted((a, b) => a - b);
