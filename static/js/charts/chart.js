// Draws a figure that the server built without points: each trace says in `meta` which run, field and role it has.

import { debounced, throttled } from "../parts/pacing.js";
import { axes, axisName, CONFIG, css, fold, instead, LINE_PX, themed } from "./figures.js";
import { besideTitle, captioned, edges, epochs, vertical } from "./marks.js";
import { painter } from "./paint.js";
import { fitted, roomy, whole } from "./range.js";
import { referenceMarks } from "./references.js";
import { ascending, thinned } from "./series.js";

/** @import { Clock, Value } from "../types/page.d.ts" */
/** @import { Axis, AxisName, Figure, Layout, Plot, Trace } from "../types/plotly.d.ts" */
/** @import { Course } from "./range.js" */
/** @import { Range } from "./series.js" */
/** @import { Curve } from "./curves.js" */

const SLIDE_MS = 300; // between two answers with smoothed values while the slider moves,
const GROW_MS = 2000; // and while the run goes on
const ZOOM_MS = 150; // of rest before finer points are requested
/** @type {Record<string, string>} */
const NAMES = { negative_elbo: "−ELBO", kl: "KL", grad_norm: "gradient norm" }; // the others are called as they are
const MOST_GAPS = 100; // that are marked
const BANDED = 4; // runs, up to which the range within each point is drawn as a band: more bands hide each other
const CIRCLES = 40; // in a row, shared by its runs,
const LEAST_CIRCLES = 5; // of which each has at least as many
const DOT = 6; // pixels of a point without neighbours, which no line shows
/** @type {Set<string | undefined>} */
const ASIDES = new Set(["low", "high", "raw", "heldout"]); // beside a curve: plotly need not know those that are empty
const LINES = new Set(["line", "sampled"]);
const TITLE_PX = 24; // of the first row
const AXIS_TITLES = { step: "step", epoch: "epoch", seconds: "seconds of training" };

/**
 * Settings of a chart's toolbar, and the runs that its legend hides.
 * @typedef {{ view: string, x: Clock, y: string, smooth: number, lines: boolean, epochs: boolean, hidden: Set<number> }}
 *   Settings
 */

/** @typedef {{ run: number, letter: string, slot: number, strokes: string, dash: string, note?: string }} Line
 *   that draws a run; `note` says where it has another colour than its own */
/** @typedef {{ x: number[], y: Value[], steps: number[] }} Points over places on the x axis, with their steps */
/** @typedef {Points & { run: number, name: string, heldOut: Points }} Drawn a quantity of a run */

/**
 * @typedef {{ axis: AxisName, title: string, field: string, curves: Drawn[], courses: Map<number, Course> }} Row
 */

/** A live chart of one or more curves in several views. */
export class Chart {
  /** @type {Settings} */
  settings = { view: "lines", x: "step", y: "linear", smooth: 0, lines: false, epochs: false, hidden: new Set() };
  /** @type {string[]} */
  remarks = []; // sentences on what could not be shown as chosen
  /** @type {Row[]} */
  rows = []; // as they were drawn last
  /** @type {Range | null} */
  #window = null; // of x, where somebody zoomed
  /** @type {Map<AxisName, Range>} */
  #heights = new Map(); // of y, where somebody zoomed
  #figures;
  #curves;
  #sampled; // whether some view draws vitals

  /**
   * @param {Plot} node
   * @param {Record<string, Figure>} figures one a view
   * @param {Map<number, Curve>} curves one a run
   * @param {Map<number, string>} names of the runs
   */
  constructor(node, figures, curves, names) {
    this.node = node;
    this.names = names;
    this.node.dataset.rows = String(rowsOf(figures.lines.layout).length); // so that nothing moves when it is drawn
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
    if (changes.x || changes.y || changes.view) this.#heights.clear();
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

  /** @param {Range | null} range */
  #zoomTo(range) {
    this.#window = range;
    return this.#each((curve) => curve.zoom(this.settings.x, range));
  }

  /** Whether few enough runs are shown for a band each. */
  get isBanded() {
    return this.#shown.length <= BANDED;
  }

  /** The curves of the runs that are not hidden. */
  get #shown() {
    return [...this.#curves.values()].filter(({ run }) => !this.settings.hidden.has(run));
  }

  /**
   * How each run is drawn.
   * @returns {Line[]}
   */
  get lines() {
    const mains = this.#figures.lines.data.filter(({ meta }) => meta.role === "line");
    return [...this.#curves.keys()].flatMap((id) => mains.filter(({ meta }) => meta.run === id).slice(0, 1)).map(
      ({ meta: { run, letter = "", slot = 1, strokes = "none", note }, line }) =>
        ({ run, letter, slot, strokes, dash: line?.dash ?? "solid", note }),
    );
  }

  /**
   * Where a step stands on the x axis.
   * @param {number} step
   * @returns {number | undefined}
   */
  placeOf(step) {
    return this.#shown.flatMap((curve) => curve.placesOf([step], this.settings.x))[0];
  }

  async #draw() {
    const { view, x } = this.settings;
    this.remarks = [];
    if ([...this.#curves.values()].every((curve) => curve.lastStep === 0) && !this.node.dataset.points) return this.#wait();
    const stacked = view === "stacked" && this.#adds();
    const { data, layout } = themed(this.#figures[view === "stacked" && !stacked ? "lines" : view]);
    const visible = data.filter(({ meta }) => !this.settings.hidden.has(meta.run));
    const places = new Map(this.#shown.map((curve) => [curve.run, curve.places(x)]));
    for (const trace of visible) this.#fill(trace, places.get(trace.meta.run) ?? []);
    const drawn = visible.filter((trace) => trace.x.length || !ASIDES.has(trace.meta.role));
    layout.xaxis.title = { text: AXIS_TITLES[x] };
    Object.assign(layout.xaxis, { showspikes: false });
    layout.hovermode = false; // around/readout.js says more and covers nothing
    layout.uirevision = x;
    const names = rowsOf(layout);
    this.node.dataset.rows = String(names.length);
    layout.height = this.node.clientHeight; // which the rows may have changed
    fold(layout, this.node.clientWidth);
    this.rows = names.map((axis, i) => this.#row(axis, layout.annotations[i].text, visible));
    for (const row of this.rows) {
      const { axis, curves } = row;
      if (this.#scale(layout[axis], row, stacked)) continue;
      layout[axis].showticklabels = false; // they would say something of numbers that are not there
      layout.annotations.push(instead(curves.length ? "no values so far" : "no run shown", layout[axis].domain));
    }
    const gaps = this.#shown.flatMap((curve) => this.#gaps(curve));
    layout.shapes = [...(layout.shapes ?? []), ...gaps, ...(this.settings.epochs ? this.#epochs() : [])];
    if (this.settings.lines && view === "lines") this.#addReferences(layout);
    this.#addEdges(layout, visible);

    const first = !this.node.dataset.points;
    if (first) this.node.replaceChildren();
    await Plotly.react(this.node, drawn, layout, { ...CONFIG, doubleClick: false });
    if (first) {
      this.node.on("plotly_relayout", (change) => this.#zoomed(change));
      this.node.on("plotly_doubleclick", () => this.reset());
    }
    this.node.dataset.points = String(Math.max(0, ...visible.map((trace) => trace.x?.length ?? 0)));
    this.node.dispatchEvent(new Event("drawn"));
  }

  /** Axes without a curve would say something of numbers that are not there. */
  #wait() {
    const note = document.createElement("p");
    note.className = "loading";
    note.textContent = document.getElementById("stepless")?.textContent ?? "No steps yet.";
    this.node.replaceChildren(note);
    this.node.dispatchEvent(new Event("drawn"));
  }

  /**
   * @param {Trace} trace
   * @param {number[]} places of its run's points
   */
  #fill(trace, places) {
    const { meta } = trace;
    const { x, smooth } = this.settings;
    const curve = this.#curves.get(meta.run);
    if (!curve) throw new Error(`The page has no run ${meta.run}.`);
    if (meta.role === "sampled") Object.assign(trace, curve.sampled(meta.field, x));
    else if (meta.role === "heldout") {
      const most = Math.max(LEAST_CIRCLES, Math.floor(CIRCLES / this.#shown.length));
      const all = curve.heldOut(meta.field, x);
      Object.assign(trace, { x: thinned(all.x, most), y: thinned(all.y, most) });
    } else if ("field" in meta) {
      const values = curve.values(meta.field);
      const isBanded = curve.width > 1 && this.isBanded;
      trace.y = {
        line: (smooth > 0 && values.smoothed) || values.mean,
        area: values.mean,
        raw: smooth > 0 ? values.mean : [],
        low: isBanded ? values.low : [],
        high: isBanded ? values.high : [],
      }[meta.role];
      trace.x = trace.y.length ? places : [];
      if (meta.role === "line") dotted(trace);
    }
  }

  /**
   * What a row shows.
   * @param {AxisName} axis
   * @param {string} title
   * @param {Trace[]} traces that are filled
   * @returns {Row}
   */
  #row(axis, title, traces) {
    const { x } = this.settings;
    /** @type {Row} */
    const row = { axis, title, field: "", curves: [], courses: new Map() };
    for (const trace of traces) {
      const { meta } = trace;
      const curve = this.#curves.get(meta.run);
      if (axisName(trace.yaxis ?? "y") !== axis || !curve || !("field" in meta)) continue;
      const course = row.courses.get(meta.run) ?? { x: [], y: [], low: [], high: [], heldOut: { x: [], y: [] } };
      row.courses.set(meta.run, course);
      const at = /** @type {number[]} */ (trace.x);
      if (meta.role === "low") course.low = trace.y;
      else if (meta.role === "high") course.high = trace.y;
      else if (meta.role === "raw" && trace.y.length && !course.low.length) course.low = course.high = trace.y;
      if (!["line", "area", "sampled"].includes(meta.role)) continue;
      row.field = meta.field;
      if (meta.role !== "area") Object.assign(course, { x: at, y: trace.y });
      const sampled = meta.role === "sampled";
      const heldOut = sampled ? { x: [], y: [], steps: [] } : curve.heldOut(meta.field, x);
      if (!sampled && this.settings.view === "lines") course.heldOut = heldOut;
      const steps = sampled ? curve.vitals.step : curve.places("step");
      row.curves.push({ run: meta.run, name: trace.name ?? "", x: at, y: trace.y, steps, heldOut });
    }
    return row;
  }

  /** Whether the areas can add up to −ELBO: a density may exceed 1, and then its reconstruction term is negative. */
  #adds() {
    const lowest = [...this.#curves.values()].flatMap((curve) => curve.values("reconstruction").low);
    if (!lowest.some((value) => value !== null && value < 0)) return true;
    this.remarks.push("The reconstruction term is negative in places, so that areas cannot add up: shown as lines.");
    return false;
  }

  /**
   * The scale and the range of a row, which stay where somebody zoomed in y. A log axis cannot show 0 or less: a row that
   * has such values stays linear and says so.
   * @param {Axis} axis
   * @param {Row} row
   * @param {boolean} stacked
   * @returns {boolean} whether the row has a value
   */
  #scale(axis, row, stacked) {
    const courses = [...row.courses.values()];
    const everything = whole(courses);
    const isLog = (this.settings.y === "log" && !stacked) || axis.type === "log";
    if (isLog && everything && everything[0] <= 0) {
      this.remarks.push(`Shown linearly, since it has values of 0 or less: ${NAMES[row.field] ?? row.field}.`);
    }
    axis.type = isLog && everything && everything[0] > 0 ? "log" : "linear";
    if (axis.type === "log") axis.nticks = 3; // more of them crowd at the end of each decade
    Object.assign(axis, { autorange: false, range: this.#heights.get(row.axis) ?? this.#range(axis, courses, stacked) });
    return everything !== null;
  }

  /**
   * What of y a row shows by itself.
   * @param {Axis} axis
   * @param {Course[]} courses
   * @param {boolean} stacked
   * @returns {Range}
   */
  #range({ type, rangemode }, courses, stacked) {
    const { y } = this.settings;
    const fromZero = y === "zero" || rangemode === "tozero";
    const all = y === "all" || type === "log" || (rangemode === "tozero" && !stacked);
    const range = all ? whole(courses, this.#window) : fitted(courses, this.#window);
    if (!range) return [0, 1];
    if (type === "log") return roomy([Math.log10(range[0]), Math.log10(range[1])]);
    if (!fromZero) return roomy(range);
    const [low, high] = roomy([Math.min(0, range[0]), Math.max(0, range[1])]);
    return [range[0] >= 0 ? 0 : low, range[1] <= 0 ? 0 : high];
  }

  /**
   * The lines to see the curve against, of those in its range.
   * @param {Layout} layout
   */
  #addReferences(layout) {
    const { shapes, annotations, outside, room } = referenceMarks(layout, this.node.clientWidth);
    layout.shapes = [...(layout.shapes ?? []), ...shapes];
    layout.annotations.push(...annotations);
    layout.margin.r = Math.max(layout.margin.r, room);
    if (outside.length) this.remarks.push(`Reference lines outside the range that is shown: ${outside.join("; ")}.`);
  }

  /**
   * Marks where a curve leaves its row.
   * @param {Layout} layout with its margin
   * @param {Trace[]} traces
   */
  #addEdges(layout, traces) {
    const width = this.node.clientWidth - layout.margin.l - layout.margin.r;
    this.rows.forEach(({ axis, courses }, i) => {
      const runs = traces.filter(({ yaxis = "y", meta }) => axisName(yaxis) === axis && LINES.has(meta.role)).map((trace) => ({
        course: /** @type {Course} */ (courses.get(trace.meta.run)),
        curve: /** @type {Curve} */ (this.#curves.get(trace.meta.run)),
        letter: trace.meta.letter ?? "",
        colour: trace.line?.color ?? "",
      }));
      const { shapes, texts } = edges(runs, axis.replace("axis", ""), layout[axis], this.#window);
      layout.shapes?.push(...shapes);
      layout.annotations.push(...besideTitle(layout.annotations[i], texts, width));
    });
    layout.margin.t = TITLE_PX + LINE_PX * (layout.annotations[0].text.split("<br>").length - 1);
  }

  /** Lines at the ends of epochs: those of the first run, which others may not share. */
  #epochs() {
    const [curve] = this.#shown;
    const { shapes, stride } = epochs(curve, this.settings.x, this.#window);
    const every = stride > 1 ? `every ${stride} epochs` : "every epoch";
    const whose = this.#shown.length > 1 ? ` of ${this.names.get(curve.run)}` : "";
    this.remarks.push(`Thin lines: ${every}${whose}.`);
    return shapes;
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
    return curve.placesOf(gaps, this.settings.x).map((x) => vertical(x, { line }));
  }

  /**
   * Somebody zoomed: rows that were not zoomed themselves fit what is left of the curves.
   * @param {Record<string, unknown>} change
   */
  #zoomed(change) {
    for (const name of axes(this.node.layout)) {
      const { range } = this.node.layout[name];
      const touched = Object.keys(change).some((key) => key.startsWith(`${name}.range`));
      if (touched && range && name.startsWith("yaxis")) this.#heights.set(name, [Number(range[0]), Number(range[1])]);
    }
    const { autorange, range = [] } = this.node.layout.xaxis;
    this.#window = autorange ? null : [Number(range[0]), Number(range[1])];
    this.schedule();
    this.#refine();
  }

  /** After a zoom, ask for the points that it has room for. */
  #refine = debounced(async () => {
    await this.#zoomTo(this.#window);
    this.node.dataset.zoom = this.#window ? this.#window.join(" ") : "";
    this.schedule();
  }, ZOOM_MS);

  /** Show the whole run. */
  reset() {
    this.#heights.clear();
    return Plotly.relayout(this.node, { "xaxis.autorange": true });
  }

  /**
   * A PNG file at twice the size on the page, with the names of its runs above it.
   * @param {string} filename
   */
  save(filename) {
    const { width } = this.node.getBoundingClientRect();
    const { figure, height } = captioned(this.node, this.lines.map(({ run, letter }) => {
      const name = this.names.get(run) ?? "";
      return { run, name: letter ? `${letter}: ${name}` : name };
    }), this.settings.hidden);
    return Plotly.downloadImage(figure, { format: "png", scale: 2, width, height, filename });
  }
}

/**
 * Points whose neighbours are no finite numbers, which no line shows, as dots.
 * @param {Trace} trace
 */
function dotted(trace) {
  const { y } = trace;
  const isFinite = (/** @type {number} */ i) => typeof y[i] === "number";
  const sizes = y.map((_, i) => (isFinite(i) && !isFinite(i - 1) && !isFinite(i + 1) ? DOT : 0));
  if (!sizes.includes(DOT)) return;
  trace.mode = "lines+markers";
  trace.marker = { size: sizes, color: trace.line?.color, line: { width: 0 } };
}

/** @param {Layout} layout */
const rowsOf = (layout) => axes(layout).filter((name) => name.startsWith("yaxis"));
