// What the curves of one row are at the step under the pointer, in a line of its own that covers no curve: the nearest
// first. A mouse, a finger and the arrow keys move it.

import { formatCount, formatSignificant } from "../parts/numbers.js";
import { placeOf } from "./geometry.js";
import { labelled } from "./swatch.js";
import { upright } from "./upright.js";

/** @import { Chart, Drawn, Line, Row } from "../charts/chart.js" */
/** @import { Value } from "../types/page.d.ts" */
/** @import { Plot } from "../types/plotly.d.ts" */

const MOST = 10; // runs
const DIGITS = 5; // one looks closely here
const FEW = 4; // below this many, a readout below the rows is in view with them
const NEAR = 5; // pixels to a held-out value that the pointer means
const KEY = 2; // pixels that an arrow key moves, and with Shift ten times as many
const HINT = "Point at the curves, tap them, or use the arrow keys to read values.";

/** @typedef {{ line: Line | undefined, name: string, value: number, heldOut: Value | undefined, distance: number }} Entry */
/** @typedef {{ place: number, step: number, entries: Entry[] }} Reading */
/** @typedef {{ x: number, y: number }} Point in pixels from a chart's upper left corner */

/**
 * Put a readout beside a chart.
 * @param {Chart} chart
 */
export function showReadout(chart) {
  const { node } = chart;
  const move = upright(node, "crosshair");
  const output = document.createElement("div");
  output.className = "readout";
  output.dataset.runs = String(chart.names.size);
  output.textContent = HINT;
  if (chart.names.size < FEW) node.after(output);
  else node.before(output); // their rows reach below the fold
  node.tabIndex = 0;
  /** @type {Point | null} */
  let point = null;
  let isDue = false;

  function show() {
    isDue = false;
    const reading = point && read(chart, point);
    move(reading ? reading.place : null);
    if (!reading) output.textContent = HINT;
    else output.replaceChildren(heading(reading), ...reading.entries.map(item));
  }

  /** @param {Point | null} next */
  function at(next) {
    point = next;
    if (!isDue) requestAnimationFrame(show);
    isDue = true;
  }

  /** @param {PointerEvent} event */
  function follow({ clientX, clientY }) {
    const { left, top } = node.getBoundingClientRect();
    output.ariaLive = "off";
    at({ x: clientX - left, y: clientY - top });
  }

  node.addEventListener("pointermove", follow);
  node.addEventListener("pointerdown", follow); // a finger that taps does not move
  node.addEventListener("pointerleave", ({ pointerType }) => pointerType === "mouse" && at(null));
  node.addEventListener("drawn", show);
  node.addEventListener("keydown", (event) => {
    const next = moved(event, point, chart);
    if (next === undefined) return;
    event.preventDefault();
    output.ariaLive = "polite";
    at(next);
  });
}

/**
 * What a row's curves are where a point is.
 * @param {Chart} chart
 * @param {Point} point
 * @returns {Reading | null}
 */
function read({ node, rows, lines, names }, { x, y }) {
  const across = placeOf(node, "xaxis");
  if (!across || x < across.offset - NEAR || x > across.offset + across.length + NEAR) return null;
  const pointed = across.value(x - across.offset);
  const row = nearest(rows, (one) => away(node, one, y));
  const curves = row?.curves.filter((curve) => curve.x.length) ?? [];
  const anchor = nearest(curves, (curve) => Math.abs(curve.x[closest(curve.x, pointed)] - pointed));
  const axis = row && placeOf(node, row.axis);
  if (!axis || !anchor) return null;
  const circles = curves.flatMap(({ heldOut }) => heldOut.x.map((place, i) => ({ place, step: heldOut.steps[i] })));
  const circle = nearest(circles, ({ place }) => Math.abs(place - pointed));
  const isCircle = circle && Math.abs(across.pixel(circle.place) - across.pixel(pointed)) <= NEAR;
  const i = closest(anchor.x, pointed);
  const { place, step } = isCircle ? circle : { place: anchor.x[i], step: anchor.steps[i] };
  const slack = across.value(NEAR) - across.value(0);
  const isAlone = names.size === 1;
  const entries = curves.flatMap((curve) => {
    const value = valueAt(curve, place, slack);
    if (value === null) return [];
    const heldOut = curve.heldOut.y[curve.heldOut.steps.indexOf(step)];
    const distance = Math.abs(axis.offset + axis.pixel(value) - y);
    const line = lines.find(({ run }) => run === curve.run);
    return { line, name: isAlone ? curve.name : (names.get(curve.run) ?? ""), value, heldOut, distance };
  });
  return { place, step, entries: entries.toSorted((one, other) => one.distance - other.distance).slice(0, MOST) };
}

/**
 * A curve's value at a place; null where it has not come that far, or is no finite number there.
 * @param {Drawn} curve
 * @param {number} place
 * @param {number} slack
 * @returns {number | null}
 */
function valueAt({ x, y }, place, slack) {
  const i = closest(x, place);
  const width = Math.abs((x[i] ?? 0) - (x[i - 1] ?? x[i + 1] ?? x[i]));
  return Math.abs(x[i] - place) <= Math.max(width, slack) ? (y[i] ?? null) : null;
}

/**
 * The index of the value closest to another, in ascending ones.
 * @param {number[]} ascending
 * @param {number} value
 * @returns {number}
 */
function closest(ascending, value) {
  let [low, high] = [0, ascending.length - 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (ascending[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low > 0 && value - ascending[low - 1] < ascending[low] - value ? low - 1 : low;
}

/**
 * @template T
 * @param {T[]} all
 * @param {(one: T) => number} distance
 * @returns {T | undefined}
 */
function nearest(all, distance) {
  return all.length ? all.reduce((one, other) => (distance(other) < distance(one) ? other : one)) : undefined;
}

/**
 * How far a height is from a row.
 * @param {Plot} node
 * @param {Row} row
 * @param {number} y
 * @returns {number} pixels; 0 inside
 */
function away(node, { axis }, y) {
  const { offset = 0, length = 0 } = placeOf(node, axis) ?? {};
  return Math.max(offset - y, y - offset - length, 0);
}

/**
 * Where a key moves the point; undefined where the key is not for us.
 * @param {KeyboardEvent} event
 * @param {Point | null} point
 * @param {Chart} chart
 * @returns {Point | null | undefined}
 */
function moved({ key, shiftKey }, point, { node, rows }) {
  if (key === "Escape") return null;
  const { offset: left, length: width } = placeOf(node, "xaxis") ?? {};
  if (left === undefined || width === undefined || !key.startsWith("Arrow")) return undefined;
  const middle = ({ offset = 0, length = 0 } = {}) => offset + length / 2;
  const heights = rows.map(({ axis }) => middle(placeOf(node, axis)));
  const from = point ?? { x: left + width, y: heights[0] };
  const i = heights.indexOf(nearest(heights, (height) => Math.abs(height - from.y)) ?? 0);
  const across = { ArrowLeft: -1, ArrowRight: 1 }[key] ?? 0;
  const down = { ArrowUp: -1, ArrowDown: 1 }[key] ?? 0;
  const x = from.x + across * KEY * (shiftKey ? 10 : 1);
  return {
    x: Math.max(left, Math.min(left + width, x)),
    y: heights[Math.max(0, Math.min(heights.length - 1, i + down))],
  };
}

/** @param {Reading} reading */
function heading({ step }) {
  const text = document.createElement("b");
  text.className = "at";
  text.textContent = `step ${formatCount(step)}`;
  return text;
}

/** @param {Entry} entry */
function item({ line, name, value, heldOut }) {
  const entry = document.createElement("span");
  entry.className = "reading";
  if (line) entry.append(...labelled(line, name));
  const number = document.createElement("span");
  number.className = "num";
  number.textContent = formatSignificant(value, DIGITS);
  if (typeof heldOut === "number") number.textContent += `, held out ${formatSignificant(heldOut, DIGITS)}`;
  entry.append(number);
  return entry;
}
