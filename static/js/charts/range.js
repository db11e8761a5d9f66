// How much of y a row shows. The rule, which docs/charts.md states for readers:
//
// Fit: of each run the values after its transient, which is the first tenth of its way to the last visible step, without
// those of a loss that blew up: a thousand times as large as a quarter of them. Of these all but outliers, which lie further from the middle four fifths than 1.5 times what these span; and always the
// held-out values after the transient and the newest value, unless the run has left what it was by far. The band and
// the raw points under a smoothed line widen that by no more than a quarter on either side. Several runs share the
// union, without a run a thousand times as large as its fellows.

import { extent } from "./series.js";

/** @import { Value } from "../types/page.d.ts" */
/** @import { Range } from "./series.js" */

/** @typedef {{ x: number[], y: Value[] }} Points */
/**
 * A run in a row: its curve, what is drawn around it (a band, or the raw points twice), and its held-out values.
 * @typedef {Points & { low: Value[], high: Value[], heldOut: Points }} Course
 */

/**
 * What is not shown: a point's index, its value, on which side, and whether that is more than the end of the transient.
 * @typedef {{ place: number, value: number, above: boolean, late: boolean }} Spot
 */

const TRANSIENT = 0.1; // of the way
const FEW = 20; // points have no transient
const TAIL = 0.1; // at either end of the sorted values: between them is the middle
const FENCE = 1.5; // times what the middle spans is no outlier
const BAND = 0.25; // of the curve's range, at most, for what is drawn around it
const LEFT = 20; // times what the middle spans, or its own size: a value further out is of a run that diverged
const FELLOWS = 1000; // times a fellow's size, at least 1 nat, or that of a run's own smaller values
const ROOM = 0.05; // above and below
const SHORT = 0.01; // of the points, back inside
const EVEN = 1e-6; // of a value: a range that is narrower has one value

/**
 * The range that the runs of a row are read best in; null where they have no value.
 * @param {Course[]} courses
 * @param {Range | null} [window] of x; null shows all of it
 * @returns {Range | null}
 */
export function fitted(courses, window = null) {
  const ranges = courses.map((course) => own(course, window)).filter((range) => range !== null);
  const usual = sorted(ranges.map(size))[Math.floor((ranges.length - 1) / 2)];
  return union(ranges.filter((range) => size(range) <= FELLOWS * Math.max(1, usual)));
}

/**
 * The range of everything there is.
 * @param {Course[]} courses
 * @param {Range | null} [window]
 * @returns {Range | null}
 */
export function whole(courses, window = null) {
  return union(courses.flatMap(({ x, y, low, high, heldOut }) =>
    /** @type {[number[], Value[]][]} */ ([[x, y], [x, low], [x, high], [heldOut.x, heldOut.y]]).flatMap(([places, values]) => {
      const visible = within(places, values, -Infinity, window);
      return visible.length ? [extent(visible)] : [];
    }),
  ));
}

/**
 * A range with some room; one value stands in the middle.
 * @param {Range} range
 * @returns {Range}
 */
export function roomy([low, high]) {
  if (high - low > EVEN * Math.max(Math.abs(low), Math.abs(high))) {
    const room = ROOM * (high - low);
    return [low - room, high + room];
  }
  const room = ROOM * Math.abs(low + high) / 2 || 0.5;
  return [low - room, high + room];
}

/**
 * Where a run leaves a range: of each stretch of points outside it, with short ways back, the furthest. Of the band only
 * outliers count, since it is no more than the noise of the steps.
 * @param {Course} course
 * @param {Range} range
 * @param {Range | null} [window]
 * @returns {Spot[]}
 */
export function beyond(course, [bottom, top], window = null) {
  const { x, y, low, high } = course;
  const end = transientEnd(course, window);
  const ceiling = Math.max(top, fence(sorted(within(x, high, end, window)))[1]);
  const floor = Math.min(bottom, fence(sorted(within(x, low, end, window)))[0]);
  /** @type {Spot[]} */
  const spots = [];
  let before = -Infinity; // the point that the latest spot reaches to
  for (let i = 0; i < x.length; i++) {
    const value = y[i];
    if (!isFinite(value) || !isWithin(x[i], window)) continue;
    const late = x[i] >= end;
    const [least, most] = [low[i] ?? value, high[i] ?? value].map((around, side) =>
      late && (side ? around > ceiling : around < floor) ? around : value);
    const above = most > top;
    if (!above && least >= bottom) continue;
    const out = above ? most : least;
    const last = spots.at(-1);
    const goesOn = last && before >= i - Math.max(1, SHORT * x.length) && last.above === above;
    if (!goesOn) spots.push({ place: i, value: out, above, late });
    else if (above ? out > last.value : out < last.value) Object.assign(last, { place: i, value: out });
    before = i;
  }
  return spots;
}

/**
 * The range of one run.
 * @param {Course} course
 * @param {Range | null} window
 * @returns {Range | null}
 */
function own(course, window) {
  const { x, y, low, high, heldOut } = course;
  const end = transientEnd(course, window);
  const values = within(x, y, end, window);
  const circles = within(heldOut.x, heldOut.y, end, window);
  const ordered = sane(sorted(values.length ? values : circles));
  if (ordered.length === 0) return null;
  const [least, most] = fence(ordered);
  const [bottom, top] = middle(ordered);
  const reach = Math.max(LEFT * (top - bottom), Math.abs(bottom), Math.abs(top), 1);
  const certain = [...circles, ...values.slice(-1)].filter((value) => value >= bottom - reach && value <= top + reach);
  const inside = [...ordered.filter((value) => value >= least && value <= most), ...certain];
  const [from, to] = extent(inside);
  const wider = BAND * (to - from);
  const [lows, highs] = [low, high].map((around) => sorted(within(x, around, end, window)));
  return [
    lows.length ? Math.min(from, Math.max(middle(lows)[0], from - wider)) : from,
    highs.length ? Math.max(to, Math.min(middle(highs)[1], to + wider)) : to,
  ];
}

/**
 * Values without those that are a thousand times as large as the smaller quarter of them.
 * @param {number[]} ordered
 * @returns {number[]} in the same order
 */
function sane(ordered) {
  const sizes = sorted(ordered.map(Math.abs));
  const most = FELLOWS * Math.max(1, sizes[Math.floor(sizes.length / 4)]);
  return ordered.filter((value) => Math.abs(value) <= most);
}

/**
 * Where the transient of a run ends, as far as it is visible.
 * @param {Course} course
 * @param {Range | null} window
 * @returns {number} -Infinity where there is none
 */
function transientEnd({ x, y }, window) {
  const visible = x.filter((place, i) => isFinite(y[i]) && isWithin(place, window));
  if (visible.length < FEW) return -Infinity;
  return x[0] + TRANSIENT * (visible[visible.length - 1] - x[0]);
}

/**
 * Between what the middle of ordered values lies.
 * @param {number[]} ordered
 * @returns {Range}
 */
function middle(ordered) {
  const tail = Math.floor(TAIL * ordered.length);
  return [ordered[tail], ordered[ordered.length - 1 - tail]];
}

/**
 * Beyond what a value is an outlier.
 * @param {number[]} ordered
 * @returns {Range}
 */
function fence(ordered) {
  if (ordered.length === 0) return [Infinity, -Infinity];
  const [bottom, top] = middle(ordered);
  const reach = FENCE * (top - bottom);
  return [bottom - reach, top + reach];
}

/**
 * @param {Range[]} ranges
 * @returns {Range | null}
 */
function union(ranges) {
  return ranges.length ? extent(ranges.flat()) : null;
}

/** @param {Range} range */
const size = ([low, high]) => Math.max(Math.abs(low), Math.abs(high));

/**
 * The finite values from a place on.
 * @param {number[]} places
 * @param {Value[]} values
 * @param {number} from
 * @param {Range | null} window
 * @returns {number[]}
 */
function within(places, values, from, window) {
  const isIn = (/** @type {Value} */ value, /** @type {number} */ i) =>
    isFinite(value) && places[i] >= from && isWithin(places[i], window);
  return /** @type {number[]} */ (values.filter(isIn));
}

/** @param {number[]} values */
const sorted = (values) => [...Float64Array.from(values).toSorted()]; // by their numbers, and fast

/**
 * @param {Value | undefined} value
 * @returns {value is number}
 */
const isFinite = (value) => typeof value === "number" && Number.isFinite(value);

/**
 * @param {number} place
 * @param {Range | null} window
 */
const isWithin = (place, window) => window === null || (place >= window[0] && place <= window[1]);
