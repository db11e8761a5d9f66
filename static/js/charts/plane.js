// The rate–distortion plane: where runs went and where they are, over lines of equal −ELBO.

import { embedded } from "../parts/embedded.js";
import { formatSignificant } from "../parts/numbers.js";
import { CONFIG, css, instead, themed } from "./figures.js";
import { painter } from "./paint.js";
import { fitted } from "./range.js";

/** @import { Figure, Plot, Trace } from "../types/plotly.d.ts" */
/** @import { Curve } from "./curves.js" */
/** @import { Range } from "./series.js" */

/** @typedef {{ x: Range, y: Range }} View a part of the plane */
/** @typedef {{ x: number, y: number, place: number }} Point of a run; `place` is how far it has come */

const SPAN = 0.05; // of the points so far are drawn as one
const LINES = 7; // of equal −ELBO, about
const ROOM = 0.08; // around what is shown, more than in rows: a letter stands beside a point

/**
 * The page's planes; each follows the curves of its runs when its `schedule` is called.
 * @param {Map<number, Curve>} curves
 * @returns {Plane[]}
 */
export function planes(curves) {
  const nodes = /** @type {NodeListOf<Plot>} */ (document.querySelectorAll("[data-plane]"));
  return [...nodes].map((node) => new Plane(node, embedded("planes")[Number(node.dataset.plane)], curves));
}

class Plane {
  #node;
  #figure;
  #curves;
  /** @type {View | null} */
  #zoom = null; // where somebody zoomed

  /**
   * @param {Plot} node
   * @param {Figure} figure
   * @param {Map<number, Curve>} curves
   */
  constructor(node, figure, curves) {
    this.#node = node;
    this.#figure = figure;
    this.#curves = curves;
    this.schedule = painter(node, () => this.#draw());
  }

  async #draw() {
    const { data, layout } = themed(this.#figure);
    const whole = this.#fill(data);
    const isEmpty = data.every(({ x }) => !x.length);
    const shown = this.#zoom ?? whole;
    layout.xaxis.range = shown.x;
    layout.yaxis.range = shown.y;
    if (isEmpty) {
      layout.xaxis.showticklabels = layout.yaxis.showticklabels = false;
      layout.annotations = [instead("no values so far")];
    } else Object.assign(layout, levels(shown));
    const first = !this.#node.dataset.draws;
    if (first) this.#node.replaceChildren();
    await Plotly.react(this.#node, data, layout, { ...CONFIG, doubleClick: false });
    if (!first) return;
    this.#node.on("plotly_relayout", (change) => {
      this.#zoomed(Object.keys(change).some((key) => key.includes("range")));
    });
    this.#node.on("plotly_doubleclick", () => this.#zoomed(false));
  }

  /** @param {boolean} inside whether a part of the plane was chosen */
  #zoomed(inside) {
    const { xaxis, yaxis } = this.#node.layout;
    const range = (/** @type {number[]} */ [low, high]) => /** @type {Range} */ ([low, high]);
    this.#zoom = inside && xaxis.range && yaxis.range ? { x: range(xaxis.range), y: range(yaxis.range) } : null;
    this.schedule();
  }

  /**
   * Put the points in.
   * @param {Trace[]} data
   * @returns {View} that fits the runs as rows fit their curves
   */
  #fill(data) {
    /** @type {Map<number, { training: Point[], held: Point[] }>} */
    const courses = new Map();
    for (const trace of data) {
      const { runs, role } = trace.meta;
      const curves = runs.map((run) => this.#curves.get(run)).filter((curve) => curve !== undefined);
      const points = curves.flatMap(role === "training" ? course : final);
      if (role === "frontier") points.sort((a, b) => a.x - b.x);
      trace.x = points.map(({ x }) => x);
      trace.y = points.map(({ y }) => y);
      if (role === "frontier") continue;
      const own = courses.get(runs[0]) ?? { training: [], held: [] };
      courses.set(runs[0], { ...own, [role === "training" ? "training" : "held"]: points });
    }
    const [x, y] = /** @type {("x" | "y")[]} */ (["x", "y"]).map((axis) => around([...courses.values()], axis));
    return { x, y };
  }
}

/**
 * The steps of a run as fewer and fewer points: each is the mean of a twentieth of all before it.
 * @param {Curve} curve
 * @returns {Point[]}
 */
function course(curve) {
  const x = curve.values("kl").mean;
  const y = curve.values("reconstruction").mean;
  const points = [];
  for (let from = 0; from < x.length; ) {
    const to = Math.min(x.length, from + Math.max(1, Math.floor(SPAN * from)));
    let [count, sumX, sumY] = [0, 0, 0];
    for (let i = from; i < to; i++) {
      const [kl, reconstruction] = [x[i], y[i]];
      if (kl === null || reconstruction === null) continue;
      count += 1;
      sumX += kl;
      sumY += reconstruction;
    }
    if (count) points.push({ x: sumX / count, y: sumY / count, place: from });
    from = to;
  }
  return points;
}

/**
 * The last held-out point of a run: none before training, and none of a run that diverged.
 * @param {Curve} curve
 * @returns {Point[]}
 */
function final(curve) {
  const last = curve.evaluations.at(-1);
  if (!last?.step || curve.nonfinite.length) return [];
  const { kl: x, reconstruction: y } = last;
  return typeof x === "number" && typeof y === "number" ? [{ x, y, place: Infinity }] : [];
}

/**
 * A range that fits the runs, and some room.
 * @param {{ training: Point[], held: Point[] }[]} courses
 * @param {"x" | "y"} axis
 * @returns {Range}
 */
function around(courses, axis) {
  const points = (/** @type {Point[]} */ all) => ({ x: all.map(({ place }) => place), y: all.map((point) => point[axis]) });
  const rows = courses.map(({ training, held }) => ({ ...points(training), low: [], high: [], heldOut: points(held) }));
  const [low, high] = fitted(rows) ?? [0, 1];
  const room = ROOM * (high - low || 1);
  return [low - room, high + room];
}

/**
 * Lines of equal −ELBO across a view, each with its value at its upper end.
 * @param {View} view
 * @returns {{ shapes: object[], annotations: object[] }}
 */
function levels({ x: [left, right], y: [bottom, top] }) {
  const step = nice((right - left + top - bottom) / LINES);
  const shapes = [];
  const annotations = [];
  for (let level = Math.ceil((left + bottom) / step) * step; level < right + top; level += step) {
    const from = Math.max(left, level - top);
    const to = Math.min(right, level - bottom);
    const ends = { x0: from, y0: level - from, x1: to, y1: level - to };
    shapes.push({ type: "line", layer: "below", opacity: 0.5, line: { color: css("--ink-soft"), width: 1 }, ...ends });
    if (from > right - (right - left) / 8) continue; // no room for its value
    const place = { x: from, y: level - from, xanchor: "left", yanchor: from > left ? "top" : "bottom" };
    const text = `−ELBO ${formatSignificant(level, 6)}`;
    annotations.push({ text, showarrow: false, font: { size: 11 }, ...place });
  }
  return { shapes, annotations };
}

/**
 * The nearest of 1, 2, 5, 10, 20, … above a size.
 * @param {number} size
 * @returns {number}
 */
function nice(size) {
  const power = 10 ** Math.floor(Math.log10(size));
  return power * ([1, 2, 5].find((factor) => factor * power >= size) ?? 10);
}
