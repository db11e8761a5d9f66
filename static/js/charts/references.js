// Lines to see a curve against, as the server drew them: those that lie in their row's range, with their names to the
// right of it.

import { embedded } from "../parts/embedded.js";
import { axisName, rowBox, textWidth } from "./figures.js";

/** @import { Reference } from "../types/page.d.ts" */
/** @import { Axis, Layout } from "../types/plotly.d.ts" */

const SMALL = 11; // pixels of a name's letters
const LINE_PX = 15; // the height of its line
const NARROW = 640; // pixels: there a name has its value on a second line
const EDGE = 4; // between a name and the end of the chart

/**
 * Shapes and annotations of the lines in their row's range, in words those that are not, and how much room the names
 * need to the right.
 * @param {Layout} layout with its height and ranges
 * @param {number} width of the chart
 * @returns {{ shapes: object[], annotations: { text: string }[], outside: string[], room: number }}
 */
export function referenceMarks(layout, width) {
  const references = embedded("references") ?? [];
  const inside = references.filter(({ axis, value }) => isInside(value, layout[axisName(axis)]));
  const annotations = [...new Set(inside.map(({ axis }) => axis))].flatMap((axis) =>
    names(inside.filter((one) => one.axis === axis), layout, axis, width < NARROW));
  return {
    shapes: inside.map(({ shape }) => structuredClone(shape)),
    annotations,
    outside: references.filter((one) => !inside.includes(one)).map(({ row, annotation }) => `${row}, ${annotation.text}`),
    room: Math.max(0, ...annotations.map(({ text, ax }) => ax + EDGE + widest(text))),
  };
}

/**
 * The names of a row's lines, none on another.
 * @param {Reference[]} references
 * @param {Layout} layout
 * @param {string} axis
 * @param {boolean} isNarrow
 * @returns {{ text: string, ax: number }[]}
 */
function names(references, layout, axis, isNarrow) {
  const { type, range = [] } = layout[axisName(axis)];
  const { height } = rowBox(layout, axisName(axis));
  const scaled = (/** @type {number} */ value) => (type === "log" ? Math.log10(value) : value);
  const down = (/** @type {Reference} */ { value }) => (height * (range[1] - scaled(value))) / (range[1] - range[0]);
  const ordered = references.toSorted((one, other) => down(one) - down(other));
  const places = apart(ordered.map(down), isNarrow ? 2 * LINE_PX : LINE_PX, [0, height]);
  return ordered.map((one, i) => {
    const { annotation, value } = structuredClone(one);
    const text = isNarrow ? annotation.text.replace(/ (?=\S+$)/, "<br>") : annotation.text;
    return { ...annotation, text, y: scaled(value), ay: places[i] - down(one) };
  });
}

/**
 * Places as near as can be to those given, at least a gap apart and inside the bounds where these have room.
 * @param {number[]} ascending
 * @param {number} gap
 * @param {[low: number, high: number]} bounds
 * @returns {number[]}
 */
export function apart(ascending, gap, [low, high]) {
  /** @type {{ sum: number, count: number }[]} */
  const groups = []; // neighbours that touch, around the mean of their own places
  const middle = (/** @type {{ sum: number, count: number }} */ { sum, count }) => {
    const half = ((count - 1) * gap) / 2;
    return Math.max(low + half, Math.min(high - half, sum / count));
  };
  for (const place of ascending) {
    groups.push({ sum: place, count: 1 });
    for (let [before, last] = groups.slice(-2); last; [before, last] = groups.slice(-2)) {
      if (middle(last) - middle(before) >= (gap * (before.count + last.count)) / 2) break;
      groups.splice(-2, 2, { sum: before.sum + last.sum, count: before.count + last.count });
    }
  }
  return groups.flatMap((group) =>
    Array.from({ length: group.count }, (_, i) => middle(group) + (i - (group.count - 1) / 2) * gap));
}

/** @param {string} text */
const widest = (text) => Math.max(...text.split("<br>").map((line) => textWidth(line, SMALL)));

/**
 * Whether a value lies in an axis' range.
 * @param {number} value
 * @param {Axis} axis
 * @returns {boolean}
 */
function isInside(value, { type, range = [] }) {
  if (type === "log" && value <= 0) return false;
  const place = type === "log" ? Math.log10(value) : value;
  return place >= range[0] && place <= range[1];
}
