// The rate–distortion plane: where runs went and where they are, over lines of equal −ELBO.

import { embedded } from "../parts/common.js";
import { CONFIG, css, themed } from "./figures.js";
import { painter } from "./paint.js";

const START = 0.02; // of the steps: the first ones, far up, would squeeze all others
const SPAN = 0.05; // of the points so far are drawn as one
const LINES = 7; // of equal −ELBO, about
const ROOM = 0.08; // around what is shown

/** The page's planes; each follows the curves of its runs when it is told to `schedule`. */
export function planes(curves) {
  return [...document.querySelectorAll("[data-plane]")].map((node) => {
    return new Plane(node, embedded("planes")[Number(node.dataset.plane)], curves);
  });
}

class Plane {
  #figure;
  #curves;
  #zoom = null; // {x, y} where somebody zoomed

  constructor(node, figure, curves) {
    this.node = node;
    this.#figure = figure;
    this.#curves = curves;
    this.schedule = painter(node, () => this.draw());
  }

  async draw() {
    const { data, layout } = themed(this.#figure);
    const window = this.#fill(data);
    const shown = this.#zoom ?? window;
    Object.assign(layout.xaxis, { range: shown.x });
    Object.assign(layout.yaxis, { range: shown.y });
    Object.assign(layout, levels(shown));
    const first = !this.node.dataset.draws;
    if (first) this.node.replaceChildren();
    await Plotly.react(this.node, data, layout, { ...CONFIG, doubleClick: false });
    if (!first) return;
    this.node.on("plotly_relayout", (change) => this.#zoomed(change));
    this.node.on("plotly_doubleclick", () => this.#zoomed({}));
  }

  #zoomed(change) {
    const { xaxis, yaxis } = this.node.layout;
    this.#zoom = Object.keys(change).some((key) => key.includes("range")) ? { x: [...xaxis.range], y: [...yaxis.range] } : null;
    this.schedule();
  }

  /** Put the points in; returns the window that shows all but the beginnings. */
  #fill(data) {
    const seen = [];
    for (const trace of data) {
      const { runs, role } = trace.meta;
      const curves = runs.map((run) => this.#curves.get(run));
      const points = role === "training" ? course(curves[0]) : curves.flatMap(final);
      if (role === "frontier") points.sort((a, b) => a.x - b.x);
      trace.x = points.map(({ x }) => x);
      trace.y = points.map(({ y }) => y);
      seen.push(...points.filter(({ late }) => late));
    }
    return { x: around(seen.map(({ x }) => x)), y: around(seen.map(({ y }) => y)) };
  }
}

/** The steps of a run as fewer and fewer points: each is the mean of a twentieth of all before it. */
function course(curve) {
  const [x, y] = ["kl", "reconstruction"].map((field) => curve.values(field).mean);
  const points = [];
  for (let from = 0; from < x.length; ) {
    const to = Math.min(x.length, from + Math.max(1, Math.floor(SPAN * from)));
    const places = Array.from({ length: to - from }, (_, i) => from + i).filter((i) => x[i] !== null && y[i] !== null);
    const mean = (values) => places.reduce((sum, i) => sum + values[i], 0) / places.length;
    if (places.length) points.push({ x: mean(x), y: mean(y), late: from >= START * x.length });
    from = to;
  }
  return points;
}

/** The last held-out point of a run, if there is one. */
function final(curve) {
  const row = curve.evaluations.findLast(({ kl, reconstruction }) => kl !== null && reconstruction !== null);
  return row ? [{ x: row.kl, y: row.reconstruction, late: row.step > 0 }] : [];
}

function around(values) {
  if (values.length === 0) return [0, 1];
  const [low, high] = values.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [Infinity, -Infinity]);
  const room = ROOM * (high - low || 1);
  return [low - room, high + room];
}

/** Lines of equal −ELBO across a window, each with its value at its upper end. */
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
    annotations.push({ text: `−ELBO ${+level.toPrecision(6)}`.replace("-", "−"), showarrow: false, font: { size: 11 }, ...place });
  }
  return { shapes, annotations };
}

/** The nearest of 1, 2, 5, 10, 20, … above a size. */
function nice(size) {
  const power = 10 ** Math.floor(Math.log10(size));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= size);
}
