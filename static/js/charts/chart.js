// Draws a figure that the server built without points: each trace says in `meta` which run, field and role it has.

import { debounced, throttled } from "../parts/pacing.js";
import { axes, axisName, CONFIG, css, fold, themed } from "./figures.js";
import { painter } from "./paint.js";
import { referenceMarks } from "./references.js";
import { ascending } from "./series.js";

/** @import { Clock } from "../types/page.d.ts" */
/** @import { Axis, Figure, Layout, Plot, Trace } from "../types/plotly.d.ts" */
/** @import { Curve } from "./curves.js" */

const SLIDE_MS = 300; // between two answers with smoothed values while the slider moves,
const GROW_MS = 2000; // and while the run goes on
const ZOOM_MS = 150; // of rest before finer points are requested
/** @type {Record<string, string>} */
const NAMES = { negative_elbo: "−ELBO", kl: "KL", grad_norm: "gradient norm" }; // the others are called as they are
const MOST_GAPS = 100; // that are marked
/** @type {Set<string | undefined>} */
const ASIDES = new Set(["low", "high", "raw", "heldout"]); // beside a curve: plotly need not know those that are empty
const AXIS_TITLES = { step: "step", epoch: "epoch", seconds: "seconds of training" };

/** @typedef {{ view: string, x: Clock, y: string, smooth: number, lines: boolean }} Settings of a chart's toolbar */

/** A live chart of one or more curves in several views. */
export class Chart {
  /** @type {Settings} */
  settings = { view: "lines", x: "step", y: "linear", smooth: 0, lines: false };
  /** @type {string[]} */
  remarks = []; // sentences on what could not be shown as chosen
  #figures;
  #curves;
  #sampled; // whether some view draws vitals

  /**
   * @param {Plot} node
   * @param {Record<string, Figure>} figures one a view
   * @param {Map<number, Curve>} curves one a run
   */
  constructor(node, figures, curves) {
    this.node = node;
    this.#figures = figures;
    this.#curves = curves;
    this.#sampled = Object.values(figures).some(({ data }) => data.some(({ meta }) => meta.role === "sampled"));
    this.schedule = painter(node, () => this.#draw());
    document.addEventListener("partschange", () => this.schedule()); // the references may have come
    addEventListener("resize", () => node.dataset.points && this.schedule()); // titles may need a second line
  }

  /** Read every curve and draw; resolves when that is drawn. */
  async load() {
    const sampled = this.#sampled ? this.#each((curve) => curve.vitals.load()) : null;
    await Promise.all([this.#each((curve) => curve.load(this.settings.smooth)), sampled]);
    const drawn = new Promise((done) => this.node.addEventListener("drawn", done, { once: true }));
    this.schedule();
    await drawn;
  }

  /**
   * Change some of the settings.
   * @param {Partial<Settings>} changes
   */
  async set(changes) {
    Object.assign(this.settings, changes);
    if (changes.x) await this.#zoomTo(null);
    this.schedule();
    if (changes.smooth !== undefined) this.#slide();
  }

  /** New steps have come. */
  grow() {
    this.schedule();
    if (this.settings.smooth > 0) this.#smoothOn();
  }

  #slide = throttled(() => this.#smooth(), SLIDE_MS);
  #smoothOn = throttled(() => this.#smooth(), GROW_MS);

  /** Smoothing is done over every step there is, which only the server has. */
  async #smooth() {
    await this.#each((curve) => curve.load(this.settings.smooth));
    this.schedule();
  }

  /** @param {(curve: Curve) => Promise<void>} act */
  #each(act) {
    return Promise.all([...this.#curves.values()].map(act));
  }

  /** @param {[low: number, high: number] | null} range */
  #zoomTo(range) {
    return this.#each((curve) => curve.zoom(this.settings.x, range));
  }

  async #draw() {
    const { view, x, y } = this.settings;
    this.remarks = [];
    const stacked = view === "stacked" && this.#adds();
    const { data, layout } = themed(this.#figures[view === "stacked" && !stacked ? "lines" : view]);
    for (const trace of data) this.#fill(trace);
    const drawn = data.filter((trace) => trace.x.length || !ASIDES.has(trace.meta.role));
    layout.xaxis.title = { text: AXIS_TITLES[x] };
    fold(layout, this.node.clientWidth);
    layout.uirevision = x;
    const rows = axes(layout).filter((name) => name.startsWith("yaxis"));
    for (const name of rows) {
      layout[name].uirevision = `${view} ${y}`;
      if (!stacked) this.#scale(layout[name], data.filter(({ yaxis = "" }) => axisName(yaxis) === name));
    }
    const gaps = [...this.#curves.values()].flatMap((curve) => this.#gaps(curve));
    layout.shapes = [...(layout.shapes ?? []), ...gaps];
    if (this.settings.lines && view === "lines") this.#addReferences(layout, data);

    this.node.dataset.rows = String(rows.length);
    layout.height = this.node.clientHeight; // which the rows may have changed
    const first = !this.node.dataset.points;
    if (first) this.node.replaceChildren();
    await Plotly.react(this.node, drawn, layout, CONFIG);
    if (first) this.node.on("plotly_relayout", this.#zoomed);
    this.node.dataset.points = String(Math.max(0, ...data.map((trace) => trace.x?.length ?? 0)));
    this.node.dispatchEvent(new Event("drawn"));
  }

  /** @param {Trace} trace */
  #fill(trace) {
    const { meta } = trace;
    const { x, smooth } = this.settings;
    const curve = this.#curves.get(meta.run);
    if (!curve) throw new Error(`The page has no run ${meta.run}.`);
    if (meta.role === "sampled") Object.assign(trace, curve.sampled(meta.field, x));
    else if (meta.role === "heldout") Object.assign(trace, curve.heldOut(meta.field, x));
    else if ("field" in meta) {
      const values = curve.values(meta.field);
      const isBucketed = curve.width > 1;
      trace.y = {
        line: (smooth > 0 && values.smoothed) || values.mean,
        area: values.mean,
        raw: smooth > 0 ? values.mean : [],
        low: isBucketed ? values.low : [],
        high: isBucketed ? values.high : [],
      }[meta.role];
      trace.x = trace.y.length ? curve.places(x) : [];
    }
  }

  /** Whether the areas can add up to −ELBO: a density may exceed 1, and then its reconstruction term is negative. */
  #adds() {
    const lowest = [...this.#curves.values()].flatMap((curve) => curve.values("reconstruction").low);
    if (!lowest.some((value) => value !== null && value < 0)) return true;
    this.remarks.push("The reconstruction term is negative in places, so that areas cannot add up: shown as lines.");
    return false;
  }

  /**
   * The scale that was chosen. A log axis cannot show 0 or less: a row that has such values stays linear and says so.
   * @param {Axis} axis
   * @param {Trace[]} traces of its row
   */
  #scale(axis, traces) {
    if (this.settings.y === "zero") axis.rangemode = "tozero";
    if (this.settings.y !== "log" && axis.type !== "log") return;
    if (traces.every((trace) => trace.y.every((value) => value === null || value > 0))) {
      Object.assign(axis, { type: "log", nticks: 3 }); // more of them crowd at the end of each decade
    } else {
      axis.type = "linear";
      const { meta } = traces[0];
      const field = "field" in meta ? meta.field : "";
      this.remarks.push(`Shown linearly, since it has values of 0 or less: ${NAMES[field] ?? field}.`);
    }
  }

  /**
   * The lines to see the curve against, of those that would not squeeze it.
   * @param {Layout} layout
   * @param {Trace[]} data
   */
  #addReferences(layout, data) {
    const { shapes, annotations, outside } = referenceMarks(layout, data);
    layout.shapes = [...(layout.shapes ?? []), ...shapes];
    layout.annotations.push(...annotations);
    if (outside.length) this.remarks.push(`Reference lines too far from the curve to draw: ${outside.join("; ")}.`);
  }

  /**
   * A line at each step whose terms were not finite numbers, or its gradient's norm where that is drawn.
   * @param {Curve} curve
   * @returns {object[]}
   */
  #gaps(curve) {
    const line = { color: css("--bad"), dash: "dot", width: 1 };
    const steps = this.settings.view === "training" ? curve.vitals.nonfinite : [];
    const gaps = ascending([...curve.nonfinite.slice(0, MOST_GAPS), ...steps]);
    return curve.placesOf(gaps, this.settings.x).map((x) => {
      return { type: "line", xref: "x", yref: "paper", x0: x, x1: x, y0: 0, y1: 1, line };
    });
  }

  /** After a zoom, ask for the points that it has room for. */
  #zoomed = debounced(async () => {
    const { autorange, range } = this.node.layout.xaxis;
    const [low, high] = (range ?? []).map(Number);
    await this.#zoomTo(autorange ? null : [low, high]);
    this.node.dataset.zoom = autorange ? "" : `${low} ${high}`;
    this.schedule();
  }, ZOOM_MS);

  /** Show the whole run. */
  reset() {
    const whole = axes(this.node.layout).map((name) => [`${name}.autorange`, true]);
    return Plotly.relayout(this.node, Object.fromEntries(whole));
  }

  /**
   * A PNG file at twice the size on the page.
   * @param {string} name
   */
  save(name) {
    const { width, height } = this.node.getBoundingClientRect();
    return Plotly.downloadImage(this.node, { format: "png", scale: 2, width, height, filename: name });
  }
}
