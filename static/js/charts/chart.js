// Draws a figure that the server built without points: each trace says in `meta` which run, field and role it has.

import { throttled } from "../parts/common.js";
import { CONFIG, css, fold, themed } from "./figures.js";
import { painter } from "./paint.js";
import { referenceMarks } from "./references.js";

const SLIDE_MS = 300; // between two answers with smoothed values while the slider moves,
const GROW_MS = 2000; // and while the run goes on
const ZOOM_MS = 150; // of rest before finer points are asked for
const NAMES = { negative_elbo: "−ELBO", reconstruction: "reconstruction", kl: "KL", loss: "loss", grad_norm: "gradient norm" };
const MOST_GAPS = 100; // that are marked
const ASIDES = ["low", "high", "raw", "heldout"]; // beside a row's curve: where they are empty, plotly need not know them
const AXIS_TITLES = { step: "step", epoch: "epoch", seconds: "seconds of training" };

/** A live chart of one or more curves in several views; `settings` are those of its toolbar. */
export class Chart {
  settings = { view: "lines", x: "step", y: "linear", smooth: 0, lines: false };
  remarks = []; // sentences on what could not be shown as wanted
  #figures; // view -> figure
  #curves;
  #sampled; // whether some view draws vitals
  #resting = null;

  constructor(node, figures, curves) {
    this.node = node;
    this.#figures = figures;
    this.#curves = curves;
    this.#sampled = Object.values(figures).some(({ data }) => data.some(({ meta }) => meta.role === "sampled"));
    this.schedule = painter(node, () => this.draw());
    document.addEventListener("partschange", () => this.schedule()); // the references may have come
    addEventListener("resize", () => node.dataset.points && this.schedule()); // titles may need a second line
  }

  /** Read every curve anew and draw; resolves when that is drawn. */
  async load() {
    const sampled = this.#sampled ? this.#each((curve) => curve.vitals.load()) : null;
    await Promise.all([this.#each((curve) => curve.load(this.settings.smooth)), sampled]);
    const drawn = new Promise((done) => this.node.addEventListener("drawn", done, { once: true }));
    this.schedule();
    await drawn;
  }

  /** Change one of the settings. */
  async set(name, value) {
    this.settings[name] = value;
    if (name === "x") await this.#each((curve) => curve.zoom(value, null));
    this.schedule();
    if (name === "smooth") this.#slide();
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

  #each(act) {
    return Promise.all([...this.#curves.values()].map(act));
  }

  async draw() {
    const { view, x, y } = this.settings;
    this.remarks = [];
    const stacked = view === "stacked" && this.#adds();
    const { data, layout } = themed(this.#figures[view === "stacked" && !stacked ? "lines" : view]);
    for (const trace of data) this.#fill(trace);
    const drawn = data.filter(({ x, meta }) => x.length || !ASIDES.includes(meta.role));
    layout.xaxis.title = { text: AXIS_TITLES[x] };
    fold(layout, this.node.clientWidth);
    layout.uirevision = x;
    for (const name of Object.keys(layout).filter((key) => key.startsWith("yaxis"))) {
      layout[name].uirevision = `${view} ${y}`;
      if (!stacked) this.#scale(layout[name], data.filter((trace) => trace.yaxis === name.replace("axis", "")));
    }
    layout.shapes = [...(layout.shapes ?? []), ...[...this.#curves.values()].flatMap((curve) => this.#gaps(curve))];
    if (this.settings.lines && view === "lines") this.#addReferences(layout, data);

    this.node.dataset.rows = Object.keys(layout).filter((key) => key.startsWith("yaxis")).length;
    layout.height = this.node.clientHeight; // which the rows may have changed
    const first = !this.node.dataset.points;
    if (first) this.node.replaceChildren();
    await Plotly.react(this.node, drawn, layout, CONFIG);
    if (first) this.node.on("plotly_relayout", () => this.#zoomed());
    this.node.dataset.points = Math.max(0, ...data.map((trace) => trace.x?.length ?? 0));
    this.node.dispatchEvent(new Event("drawn"));
  }

  #fill(trace) {
    const { run, field, role } = trace.meta;
    const curve = this.#curves.get(run);
    const { x, smooth } = this.settings;
    if (role === "heldout" || role === "sampled") {
      Object.assign(trace, role === "sampled" ? curve.sampled(field, x) : curve.heldOut(field, x));
      return;
    }
    const values = curve.values(field);
    const bucketed = curve.width > 1;
    trace.y = {
      line: () => (smooth > 0 && values.smoothed) || values.mean,
      area: () => values.mean,
      raw: () => (smooth > 0 ? values.mean : []),
      low: () => (bucketed ? values.low : []),
      high: () => (bucketed ? values.high : []),
    }[role]();
    trace.x = trace.y.length ? curve.places(x) : [];
  }

  /** Whether the areas can add up to −ELBO: a density may exceed 1, and then its reconstruction term is negative. */
  #adds() {
    const lowest = [...this.#curves.values()].flatMap((curve) => curve.values("reconstruction").low);
    if (!lowest.some((value) => value !== null && value < 0)) return true;
    this.remarks.push("The reconstruction term is negative in places, so that areas cannot add up: shown as lines.");
    return false;
  }

  /** The scale that was chosen. A log axis cannot show 0 or less: a row that has such values stays linear and says so. */
  #scale(axis, traces) {
    if (this.settings.y === "zero") axis.rangemode = "tozero";
    if (this.settings.y !== "log" && axis.type !== "log") return;
    if (traces.every((trace) => trace.y.every((value) => value === null || value > 0))) {
      Object.assign(axis, { type: "log", nticks: 3 }); // more of them crowd at the end of each decade
    } else {
      axis.type = "linear";
      const name = NAMES[traces[0].meta.field] ?? traces[0].meta.field;
      this.remarks.push(`Shown linearly, since it has values of 0 or less: ${name}.`);
    }
  }

  /** The lines to see the curve against, of those that would not squeeze it. */
  #addReferences(layout, data) {
    const { shapes, annotations, outside } = referenceMarks(layout, data);
    layout.shapes.push(...shapes);
    layout.annotations.push(...annotations);
    if (outside.length) this.remarks.push(`Reference lines too far from the curve to draw: ${outside.join("; ")}.`);
  }

  /** A line at each step whose terms were not finite numbers, or its gradient's norm where that is drawn. */
  #gaps(curve) {
    const line = { color: css("--bad"), dash: "dot", width: 1 };
    const steps = this.settings.view === "training" ? curve.vitals.nonfinite : [];
    const all = [...new Set([...curve.nonfinite.slice(0, MOST_GAPS), ...steps])].sort((a, b) => a - b);
    return curve.placesOf(all, this.settings.x).map((x) => {
      return { type: "line", xref: "x", yref: "paper", x0: x, x1: x, y0: 0, y1: 1, line };
    });
  }

  /** After a zoom, ask for the points that it has room for. */
  #zoomed() {
    clearTimeout(this.#resting);
    this.#resting = setTimeout(async () => {
      const { autorange, range } = this.node.layout.xaxis;
      const wanted = autorange ? null : range.map(Number);
      await this.#each((curve) => curve.zoom(this.settings.x, wanted));
      this.node.dataset.zoom = wanted ? wanted.join(" ") : "";
      this.schedule();
    }, ZOOM_MS);
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
