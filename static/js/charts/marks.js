// What a chart draws beside its curves: where they leave their row, epochs, and steps without a finite number.

import { formatCount, formatNumber } from "../parts/numbers.js";
import { css, LINE_PX, textWidth } from "./figures.js";
import { beyond } from "./range.js";
import { placesOf } from "./series.js";

/** @import { Clock } from "../types/page.d.ts" */
/** @import { Axis, Figure, Plot } from "../types/plotly.d.ts" */
/** @import { Course, Spot } from "./range.js" */
/** @import { Curve } from "./curves.js" */
/** @import { Range } from "./series.js" */

const MOST_SPOTS = 30; // marked in a row
const MOST_EPOCHS = 50; // drawn at once
const LETTERS = 12; // pixels of a title's letters
const SMALL = 11; // and of a mark's
const MOST_NAMES = 3; // in a title
const TITLE_PX = 36; // above a picture's rows
const LEGEND_PX = 22; // for two runs
const GAP = 16; // between a row's title and a mark
const UPWARDS = "M-4,-6L4,-6L0,0Z"; // triangles that point out of the row, in pixels upwards from its edge
const DOWNWARDS = "M-4,6L4,6L0,0Z";

/** @typedef {{ course: Course, curve: Curve, letter: string, colour: string }} Run in a row */

/**
 * Where the runs of a row leave its range: a triangle at each place, and in words how far the furthest goes.
 * @param {Run[]} runs
 * @param {string} yref
 * @param {Axis} axis with its range
 * @param {Range | null} window of x
 * @returns {{ shapes: object[], texts: string[] }} the fullest first
 */
export function edges(runs, yref, axis, window) {
  const [low, high] = shownValues(axis);
  const spots = runs.flatMap((run) => beyond(run.course, [low, high], window).map((spot) => ({ ...spot, run })));
  const far = (/** @type {Spot} */ { above, value }) => (above ? value - high : low - value);
  const marked = spots.toSorted((one, other) => far(other) - far(one)).slice(0, MOST_SPOTS);
  const shapes = marked.map(({ place, above, run }) => ({
    type: "path",
    path: above ? UPWARDS : DOWNWARDS,
    xref: "x",
    xsizemode: "pixel",
    xanchor: run.course.x[place],
    yref,
    ysizemode: "pixel",
    yanchor: above ? high : low,
    fillcolor: run.colour,
    line: { width: 0 },
  }));
  const words = [true, false].map((above) => furthest(spots.filter((spot) => spot.above === above)));
  const texts = [3, 2, 1].map((count) => words.map((parts) => parts.slice(0, count).join(" ")).filter(Boolean).join(", "));
  return { shapes, texts };
}

/**
 * In words, the place furthest outside, and where that is of the transient, the furthest after it.
 * @param {(Spot & { run: Run })[]} spots on one side
 * @returns {string[]} how far, where, and the other place
 */
function furthest(spots) {
  if (spots.length === 0) return [];
  const most = (/** @type {typeof spots} */ some) =>
    some.reduce((one, other) => ((other.above ? other.value > one.value : other.value < one.value) ? other : one));
  const first = most(spots);
  const late = spots.filter((spot) => spot.late);
  const words = [`${first.above ? "↑" : "↓"} ${formatNumber(first.value)}`, whereabouts(first)];
  if (first.late || !late.length) return words;
  const then = most(late);
  return [...words, `and ${formatNumber(then.value)} ${whereabouts(then)}`];
}

/**
 * At which step of which run.
 * @param {Spot & { run: Run }} spot
 * @returns {string}
 */
function whereabouts({ place, run }) {
  const step = formatCount(run.curve.places("step")[place]);
  return `${run.curve.width > 1 ? "near" : "at"} step ${step}${run.letter && `, ${run.letter}`}`;
}

/**
 * The values at an axis' ends.
 * @param {Axis} axis
 * @returns {Range}
 */
function shownValues({ type, range = [] }) {
  const [low, high] = type === "log" ? range.map((power) => 10 ** power) : range;
  return [low, high];
}

/**
 * A mark's words at the right end of a row's title, on the lowest of its lines that has room: in brief where there is
 * little, and below it where there is none.
 * @param {{ text: string }} title
 * @param {string[]} texts the fuller first
 * @param {number} width of the row
 * @returns {(object & { text: string })[]} annotations
 */
export function besideTitle(title, texts, width) {
  const brief = texts.at(-1);
  if (!brief) return [];
  const { xref, yref, y, yanchor } = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (title));
  const place = { xref, yref, y, yanchor, x: 1, xanchor: "right" };
  for (const [i, line] of title.text.split("<br>").toReversed().entries()) {
    const text = texts.find((one) => textWidth(line, LETTERS) + textWidth(one, SMALL) + GAP <= width);
    if (text) return [Object.assign({ text, showarrow: false, font: { size: SMALL }, yshift: i * LINE_PX }, place)];
  }
  title.text += `<br>${brief}`;
  return [];
}

/**
 * A thin line where each epoch of a run ends; of many only every second, fifth, tenth, ….
 * @param {Curve} curve
 * @param {Clock} clock
 * @param {Range | null} window of x
 * @returns {{ shapes: object[], stride: number }}
 */
export function epochs(curve, clock, window) {
  const [at, places] = [curve.places("epoch"), curve.places(clock)];
  const isVisible = (/** @type {number} */ place) => !window || (place >= window[0] && place <= window[1]);
  const visible = at.filter((_, i) => isVisible(places[i]));
  const first = Math.floor(visible[0] ?? 0);
  const count = Math.floor(visible.at(-1) ?? 0) - first;
  const stride = rounder(count / MOST_EPOCHS);
  const ends = Array.from({ length: Math.floor(count / stride) }, (_, i) => (Math.floor(first / stride) + i + 1) * stride);
  const line = { color: css("--ink-soft"), width: 1 };
  const shapes = placesOf(ends, at, places).filter(isVisible).map((x) => vertical(x, { line, layer: "below", opacity: 0.35 }));
  return { shapes, stride };
}

/**
 * A drawn figure with the names of its runs above the rows: in the title of one, in a legend of several.
 * @param {Plot} node
 * @param {{ run: number, name: string }[]} runs
 * @param {Set<number>} hidden
 * @returns {{ figure: Figure, height: number }}
 */
export function captioned({ data, layout }, runs, hidden) {
  const shown = runs.filter(({ run }) => !hidden.has(run));
  const text = shown.length > MOST_NAMES ? `${shown.length} runs` : shown.map(({ name }) => name).join(" · ");
  const several = shown.length > 1;
  const more = TITLE_PX + (several ? LEGEND_PX * Math.ceil(shown.length / 2) : 0);
  const height = (layout.height ?? 0) + more;
  const keys = new Map(shown.map(({ run, name }) => [run, name]));
  const traces = data.map((trace) => {
    const name = several && trace.meta.role === "line" ? keys.get(trace.meta.run) : undefined;
    if (name) keys.delete(trace.meta.run);
    const legendrank = runs.findIndex(({ run }) => run === trace.meta.run);
    return several ? { ...trace, showlegend: Boolean(name), name: name ?? trace.name, legendrank } : trace;
  });
  const legend = { orientation: "h", x: 0, y: 1 - TITLE_PX / height, yref: "container", yanchor: "top", traceorder: "normal" };
  const title = { text, x: 0, xref: "paper", y: 1, yref: "container", yanchor: "top", pad: { t: 10 }, font: { size: 15 } };
  const margin = { ...layout.margin, t: layout.margin.t + more };
  return { figure: { data: traces, layout: { ...layout, ...(several && { legend, showlegend: true }), title, margin, height } }, height };
}

/**
 * The nearest of 1, 2, 5, 10, 20, … that is not below a number.
 * @param {number} least
 * @returns {number}
 */
export function rounder(least) {
  if (least <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10);
}

/**
 * A line across all rows.
 * @param {number} x
 * @param {object} looks
 * @returns {object}
 */
export function vertical(x, looks) {
  return { type: "line", xref: "x", yref: "paper", x0: x, x1: x, y0: 0, y1: 1, ...looks };
}
