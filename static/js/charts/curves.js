// The numbers behind a chart: one run's steps, coarse as a whole and fine where the chart is zoomed in.

import { Buckets } from "./buckets.js";
import { Vitals } from "./vitals.js";

const POINTS = 1000; // at most: once there are more, twice as wide ones are asked for
const PASSES = 2; // of a zoom: the second knows the window to a few steps, however long the run is
const RATES = 100; // steps a second are counted over a hundredth of the points

/** One run's terms: an overview and, inside a window, a detail. No point is ever drawn twice. */
export class Curve {
  #overview = new Buckets();
  #detail = null; // {from, to, buckets}; `to` is Infinity where it goes on with the run
  #zoom = null; // {axis, range}, as last wanted
  #smooth = 0;
  #loading = null;
  #catching = new Set(); // lists that catch what is streamed while an answer is on its way

  constructor(run, evaluations) {
    this.run = run;
    this.evaluations = evaluations;
    this.vitals = new Vitals(run);
  }

  /** Steps in one point of the whole: more than 1 where they were bucketed. */
  get width() {
    return this.#overview.width;
  }

  get lastStep() {
    return this.#overview.last;
  }

  get nonfinite() {
    return [...new Set([...this.#overview.nonfinite, ...(this.#detail?.buckets.nonfinite ?? [])])].sort((a, b) => a - b);
  }

  get nonfiniteCount() {
    return Math.max(this.#overview.nonfiniteCount, this.nonfinite.length);
  }

  /** Read the overview, smoothed with a weight, and the detail that the zoom wants. */
  load(smooth = this.#smooth) {
    if (smooth !== this.#smooth) this.#loading = null;
    this.#smooth = smooth;
    const loading = (this.#loading ??= this.#load(() => this.#loading === loading));
    return loading;
  }

  async #load(wanted) {
    const fresh = await this.#ask("", Infinity);
    if (!wanted()) return;
    this.#loading = null;
    if (fresh) this.#overview = fresh;
    if (this.#zoom) await this.zoom(this.#zoom.axis, this.#zoom.range);
  }

  /** Have all the detail there is between two places on an axis; with null, the whole again. */
  async zoom(axis, range) {
    const zoom = (this.#zoom = range && { axis, range });
    if (!zoom || this.width === 1) {
      this.#detail = null;
      return;
    }
    for (let pass = 0; pass < PASSES && (pass === 0 || this.#detail.buckets.width > 1); pass++) {
      const [from, to] = this.#window(axis, range);
      const buckets = await this.#ask(`&from=${from}${to === Infinity ? "" : `&to=${to}`}`, to);
      if (!buckets?.length || this.#zoom !== zoom) return;
      this.#detail = { buckets, from: buckets.start(0), to: to === Infinity ? to : buckets.last };
    }
  }

  /** The answer of the store together with what was streamed meanwhile; null if there was none. */
  async #ask(window, to) {
    const caught = [];
    this.#catching.add(caught);
    try {
      const smooth = this.#smooth ? `&smooth=${this.#smooth}` : "";
      const answer = await fetch(`/api/runs/${this.run}/steps?points=${POINTS}${window}${smooth}`);
      if (!answer.ok) return null;
      const buckets = new Buckets(await answer.json());
      if (to === Infinity) for (const points of caught) buckets.append(points);
      return buckets;
    } catch {
      return null; // the badge already says that the server is gone
    } finally {
      this.#catching.delete(caught);
    }
  }

  /** The first and last step of the points that reach into a range: `to` is Infinity where the run goes on in it. */
  #window(axis, [low, high]) {
    const steps = this.places("step");
    const places = this.places(axis);
    const first = places.findIndex((place) => place >= low);
    const after = places.findIndex((place) => place > high);
    const from = first === 0 ? 1 : (steps.at(first - 1) ?? 0) + 1; // the last step's, where all are below the range
    return [from, after === -1 ? Infinity : steps[after]];
  }

  /** Add streamed steps; those already here are left out. Resolves when the points are as wide as they should be. */
  async append(points) {
    this.#overview.append(points);
    if (this.#detail?.to === Infinity) this.#detail.buckets.append(points);
    for (const caught of this.#catching) caught.push(points);
    if (this.#overview.length > POINTS || this.#detail?.buckets.length > POINTS) await this.load();
  }

  /** Where the points stand on an axis. */
  places(axis) {
    return this.#joined((buckets) => buckets[axis]);
  }

  /** A field's mean, min and max at each place; −ELBO is made from the ELBO, `rate` (steps a second) from the clocks. */
  values(field) {
    if (field === "negative_elbo") {
      const { mean, low, high, smoothed } = this.values("elbo");
      return { mean: mean.map(negative), low: high.map(negative), high: low.map(negative), smoothed: smoothed?.map(negative) };
    }
    if (field === "rate") return { mean: this.#rates(), low: [], high: [] };
    const column = (way) => this.#joined((buckets) => buckets.fields[field]?.[way] ?? []);
    const whole = this.#pieces().every(([buckets]) => buckets.smoothed?.[field]);
    const smoothed = whole ? this.#joined((buckets) => buckets.smoothed[field]) : null;
    return { mean: column("mean"), low: column("min"), high: column("max"), smoothed };
  }

  #rates() {
    const steps = this.places("step");
    const seconds = this.places("seconds");
    const span = Math.max(1, Math.floor(steps.length / RATES));
    return steps.map((step, i) => {
      const passed = i < span ? 0 : seconds[i] - seconds[i - span];
      return passed > 0 ? (step - steps[i - span]) / passed : null;
    });
  }

  #joined(pick) {
    return this.#pieces().flatMap(([buckets, from, to]) => pick(buckets).slice(from, to));
  }

  /** The overview up to the detail, the detail, the overview after it. */
  #pieces() {
    const whole = this.#overview;
    if (!this.#detail) return [[whole, 0, whole.length]];
    const { from, to, buckets } = this.#detail;
    const before = whole.step.findIndex((step) => step >= from);
    const after = whole.step.findIndex((_, i) => whole.start(i) > to);
    const head = [whole, 0, before === -1 ? whole.length : before];
    return [head, [buckets, 0, buckets.length], ...(after === -1 ? [] : [[whole, after, whole.length]])];
  }

  /** Where steps stand on an axis, between the points around them; those after the last point are left out. */
  placesOf(sorted, axis) {
    const steps = this.places("step");
    const places = this.places(axis);
    const within = sorted.filter((step) => step <= steps.at(-1));
    let i = 0;
    return within.map((step) => {
      while (steps[i] < step) i++;
      const [before, from] = i ? [steps[i - 1], places[i - 1]] : [0, 0];
      return places[i] - ((places[i] - from) * (steps[i] - step)) / (steps[i] - before);
    });
  }

  /** The sampled values of a field: x and y. */
  sampled(field, axis) {
    const x = this.placesOf(this.vitals.step, axis);
    return { x, y: this.vitals.values(field).slice(0, x.length) };
  }

  /** The held-out markers: x and y. */
  heldOut(field, axis) {
    const known = this.evaluations.filter((row) => heldOutValue(row, field) !== null);
    return { x: known.map((row) => row[axis]), y: known.map((row) => heldOutValue(row, field)) };
  }
}

function heldOutValue(row, field) {
  const value = field === "negative_elbo" ? negative(row.elbo) : row[field];
  return value ?? null;
}

const negative = (value) => (value === null || value === undefined ? null : -value);
