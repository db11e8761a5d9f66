// Draws a figure that the server built without points: each trace says in `meta` which run, field and role it has.

import { smoothed } from "./curves.js";
import { throttled } from "./common.js";
import { referenceMarks } from "./references.js";

const REDRAW_MS = 250;
const CONFIG = { displayModeBar: false, responsive: true, showSendToCloud: false, doubleClick: "reset" };
const QUANTITIES = { negative_elbo: "−ELBO", reconstruction: "reconstruction", kl: "KL" };
const AXIS_TITLES = { step: "step", epoch: "epoch", seconds: "seconds of training" };

function css(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** The page's colours on a figure, whatever the theme. */
export function themed(figure) {
  const ink = css("--ink");
  const soft = css("--ink-soft");
  const grid = css("--grid");
  const surface = css("--surface");
  const layout = structuredClone(figure.layout);
  Object.assign(layout, { paper_bgcolor: surface, plot_bgcolor: surface });
  layout.font = { ...layout.font, color: soft };
  layout.hoverlabel = { bgcolor: surface, bordercolor: grid, font: { color: ink } };
  for (const name of Object.keys(layout).filter((key) => /^[xy]axis/.test(key))) {
    Object.assign(layout[name], { gridcolor: grid, zerolinecolor: soft, linecolor: grid, spikecolor: soft });
  }
  const data = figure.data.map((trace) => {
    const colour = trace.meta.slot ? css(`--slot-${trace.meta.slot}`) : soft;
    const own = structuredClone(trace);
    if (own.line) own.line.color = colour;
    if (own.marker) own.marker.color = colour;
    if (own.fill) own.fillcolor = colour.replace("rgb(", "rgba(").replace(")", ", 0.2)");
    return own;
  });
  return { data, layout };
}

/** A live chart of one or more curves. `settings` is {x, y, smooth, lines}, kept in the address by whoever owns it. */
export class Chart {
  #figure;
  #curves;
  #drawn = false;
  #visible = true;

  constructor(node, figure, curves, settings) {
    this.node = node;
    this.settings = settings;
    this.#figure = figure;
    this.#curves = curves;
    this.schedule = throttled(() => this.#drawNextFrame(), REDRAW_MS);
    new IntersectionObserver(([entry]) => {
      this.#visible = entry.isIntersecting;
      if (this.#visible) this.schedule();
    }).observe(node);
    document.addEventListener("visibilitychange", () => !document.hidden && this.schedule());
    for (const change of ["themechange", "partschange"]) document.addEventListener(change, () => this.schedule());
  }

  #drawNextFrame() {
    return new Promise((done) => requestAnimationFrame(() => this.draw().then(done)));
  }

  /** Draw what the curves hold now; a hidden tab or a chart out of view waits. */
  async draw() {
    if (document.hidden || (!this.#visible && this.#drawn)) return;
    const { data, layout } = themed(this.#figure);
    for (const trace of data) this.#fill(trace);
    this.#axes(layout, data);
    if (!this.#drawn) this.node.replaceChildren();
    this.#drawn = true;
    await Plotly.react(this.node, data, layout, CONFIG);
    this.node.dataset.points = Math.max(0, ...data.map((trace) => trace.x?.length ?? 0));
    this.node.dataset.draws = Number(this.node.dataset.draws ?? 0) + 1;
  }

  #fill(trace) {
    const { run, field, role } = trace.meta;
    const curve = this.#curves.get(run);
    const { x, smooth } = this.settings;
    if (role === "heldout") {
      Object.assign(trace, curve.heldOut(field, x));
      return;
    }
    const { mean, low, high } = curve.values(field);
    const shown = {
      line: () => smoothed(mean, field === "beta" ? 0 : smooth),
      raw: () => (smooth > 0 ? mean : []),
      low: () => (curve.bucket > 1 ? low : []),
      high: () => (curve.bucket > 1 ? high : []),
    }[role]();
    trace.y = shown;
    trace.x = shown.length ? curve.places(x) : [];
  }

  /** Scales and titles. A log axis cannot show 0 or less: a row that has such values stays linear and says so. */
  #axes(layout, data) {
    layout.xaxis.title = { text: AXIS_TITLES[this.settings.x] };
    layout.uirevision = `${this.settings.x} ${this.settings.y}`;
    this.linearRows = [];
    for (const name of Object.keys(layout).filter((key) => key.startsWith("yaxis"))) {
      if (layout[name].overlaying) continue;
      if (this.settings.y === "zero") layout[name].rangemode = "tozero";
      if (this.settings.y !== "log") continue;
      const axis = name.replace("axis", "");
      const positive = data.every((trace) => trace.yaxis !== axis || trace.y.every((value) => value === null || value > 0));
      if (positive) layout[name].type = "log";
      else this.linearRows.push(QUANTITIES[data.find((trace) => trace.yaxis === axis).meta.field]);
    }
    layout.shapes = [...this.#curves.values()].flatMap((curve) => this.#gaps(curve));
    const none = { shapes: [], annotations: [], outside: [] };
    const { shapes, annotations, outside } = this.settings.lines ? referenceMarks(layout, data) : none;
    layout.shapes.push(...shapes);
    layout.annotations.push(...annotations);
    this.outside = outside;
  }

  /** A line at each step whose terms were not finite numbers. */
  #gaps(curve) {
    const steps = curve.places("step");
    const places = curve.places(this.settings.x);
    return curve.nonfinite.slice(0, 100).map((step) => {
      const x = places[steps.findIndex((other) => other >= step)];
      return { type: "line", xref: "x", yref: "paper", x0: x, x1: x, y0: 0, y1: 1, line: { color: css("--bad"), dash: "dot" } };
    });
  }

  /** Back to the whole run. */
  reset() {
    const axes = Object.keys(this.node.layout).filter((key) => /^[xy]axis\d*$/.test(key));
    return Plotly.relayout(this.node, Object.fromEntries(axes.map((name) => [`${name}.autorange`, true])));
  }

  /** A PNG file at twice the size on the page. */
  save(name) {
    const { width, height } = this.node.getBoundingClientRect();
    return Plotly.downloadImage(this.node, { format: "png", scale: 2, width, height, filename: name });
  }
}
