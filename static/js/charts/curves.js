// The numbers behind a chart: one run's steps, coarse as a whole and fine where the chart is zoomed in.

import { read } from "../parts/api.js";
import { Buckets } from "./buckets.js";
import { ascending, negated, negative, placesOf, rates, stepsWithin } from "./series.js";
import { Vitals } from "./vitals.js";

/** @import { Clock, Evaluation, Field, StreamedSteps, Value, Vital } from "../types/page.d.ts" */
/** @import { Range, Series } from "./series.js" */

const POINTS = 1000; // of a curve, at most: once there are more, points twice as wide are requested;
const OF_ALL = 2000; // of all curves in a chart, so that many are drawn as quickly as few
const PASSES = 2; // of a zoom: the second knows the window to a few steps, however long the run is
const RATES = 100; // steps a second are counted over a hundredth of the points

/** One run's terms: an overview and, inside a window, a detail. No point is ever drawn twice. */
export class Curve {
  #overview = new Buckets();
  /** @type {{ from: number, to: number, buckets: Buckets } | null} */
  #detail = null; // `to` is Infinity where it goes on with the run
  /** @type {{ axis: Clock, range: Range } | null} */
  #zoom = null; // the latest
  #smooth = 0;
  /** @type {Promise<void> | null} */
  #loading = null;
  /** @type {Set<StreamedSteps[]>} */
  #catching = new Set(); // lists that catch what is streamed while an answer is on its way

  #points;

  /**
   * @param {number} run
   * @param {Evaluation[]} evaluations
   * @param {number} [among] how many curves the chart has
   */
  constructor(run, evaluations, among = 1) {
    this.#points = Math.min(POINTS, Math.floor(OF_ALL / among));
    this.run = run;
    this.evaluations = evaluations;
    this.vitals = new Vitals(run);
  }

  /** Steps in one point of the whole: more than 1 where they were bucketed. */
  get width() {
    return this.#overview.width;
  }

  /** The last step; 0 when there is none. */
  get lastStep() {
    return this.#overview.last;
  }

  /** The first thousand steps with a term that was not finite, and those of the detail. */
  get nonfinite() {
    return ascending([...this.#overview.nonfinite, ...(this.#detail?.buckets.nonfinite ?? [])]);
  }

  /** How many such steps there are. */
  get nonfiniteCount() {
    return Math.max(this.#overview.nonfiniteCount, this.nonfinite.length);
  }

  /**
   * Read the overview, smoothed with a weight, and the detail of the zoom.
   * @param {number} [smooth]
   * @returns {Promise<void>}
   */
  load(smooth = this.#smooth) {
    if (smooth !== this.#smooth) this.#loading = null;
    this.#smooth = smooth;
    /** @type {Promise<void>} */
    const loading = (this.#loading ??= this.#load(() => this.#loading === loading));
    return loading;
  }

  /** @param {() => boolean} isLatest */
  async #load(isLatest) {
    const fresh = await this.#ask(1, Infinity);
    if (!isLatest()) return;
    this.#loading = null;
    if (fresh) this.#overview = fresh;
    if (this.#zoom) await this.zoom(this.#zoom.axis, this.#zoom.range);
  }

  /**
   * Have all the detail there is between two places on an axis; with null, the whole again.
   * @param {Clock} axis
   * @param {Range | null} range
   */
  async zoom(axis, range) {
    const zoom = (this.#zoom = range && { axis, range });
    if (!zoom || this.width === 1) {
      this.#detail = null;
      return;
    }
    for (let pass = 0; pass < PASSES; pass++) {
      if (pass > 0 && this.#detail?.buckets.width === 1) return;
      const [from, to] = stepsWithin(this.places("step"), this.places(axis), zoom.range);
      const buckets = await this.#ask(from, to);
      if (!buckets?.length || this.#zoom !== zoom) return;
      this.#detail = { buckets, from: buckets.start(0), to: to === Infinity ? to : buckets.last };
    }
  }

  /**
   * The steps of a window as the store has them, together with what was streamed meanwhile; null without an answer.
   * @param {number} from
   * @param {number} to Infinity where it goes on with the run
   * @returns {Promise<Buckets | null>}
   */
  async #ask(from, to) {
    /** @type {StreamedSteps[]} */
    const caught = [];
    this.#catching.add(caught);
    const query = { points: this.#points, from, to: to === Infinity ? undefined : to, smooth: this.#smooth || undefined };
    const columns = await read("/api/runs/{run_id}/steps", { run_id: this.run }, query);
    this.#catching.delete(caught);
    if (!columns) return null;
    const buckets = new Buckets(columns);
    if (to === Infinity) for (const points of caught) buckets.append(points);
    return buckets;
  }

  /**
   * Add streamed steps; those already here are left out. Resolves when the points are as wide as they should be.
   * @param {StreamedSteps} points
   */
  async append(points) {
    this.#overview.append(points);
    if (this.#detail?.to === Infinity) this.#detail.buckets.append(points);
    for (const caught of this.#catching) caught.push(points);
    const most = Math.max(this.#overview.length, this.#detail?.buckets.length ?? 0);
    if (most > this.#points) await this.load();
  }

  /**
   * Where the points stand on an axis.
   * @param {Clock} axis
   * @returns {number[]}
   */
  places(axis) {
    return this.#joined((buckets) => buckets[axis]);
  }

  /**
   * A field at each place; −ELBO is made from the ELBO, `rate` (steps a second) from the clocks.
   * @param {Field} field
   * @returns {Series}
   */
  values(field) {
    if (field === "negative_elbo") return negated(this.values("elbo"));
    if (field === "rate") {
      const [steps, seconds] = [this.places("step"), this.places("seconds")];
      const mean = rates(steps, seconds, Math.max(1, Math.floor(steps.length / RATES)));
      return { mean, low: [], high: [], smoothed: null };
    }
    const column = (/** @type {"min" | "mean" | "max"} */ way) =>
      this.#joined((buckets) => buckets.terms.get(field)?.[way] ?? []);
    const isSmoothed = this.#pieces().every(([buckets]) => buckets.smoothed?.[field]);
    const smoothed = isSmoothed ? this.#joined((buckets) => buckets.smoothed?.[field] ?? []) : null;
    return { mean: column("mean"), low: column("min"), high: column("max"), smoothed };
  }

  /**
   * A column over the pieces.
   * @template T
   * @param {(buckets: Buckets) => T[]} pick
   * @returns {T[]}
   */
  #joined(pick) {
    return this.#pieces().flatMap(([buckets, from, to]) => pick(buckets).slice(from, to));
  }

  /**
   * The overview up to the detail, the detail, the overview after it.
   * @returns {[buckets: Buckets, from: number, to: number][]}
   */
  #pieces() {
    const whole = this.#overview;
    if (!this.#detail) return [[whole, 0, whole.length]];
    const { from, to, buckets } = this.#detail;
    const before = whole.step.findIndex((step) => step >= from);
    const after = whole.step.findIndex((_, i) => whole.start(i) > to);
    return [
      [whole, 0, before === -1 ? whole.length : before],
      [buckets, 0, buckets.length],
      [whole, after === -1 ? whole.length : after, whole.length],
    ];
  }

  /**
   * Where steps stand on an axis; those after the last point are left out.
   * @param {number[]} sorted
   * @param {Clock} axis
   * @returns {number[]}
   */
  placesOf(sorted, axis) {
    return placesOf(sorted, this.places("step"), this.places(axis));
  }

  /**
   * The sampled values of a field.
   * @param {Vital} field
   * @param {Clock} axis
   * @returns {{ x: number[], y: Value[] }}
   */
  sampled(field, axis) {
    const x = this.placesOf(this.vitals.step, axis);
    return { x, y: this.vitals.values(field).slice(0, x.length) };
  }

  /**
   * The held-out values of a field, where there are any.
   * @param {Field} field
   * @param {Clock} axis
   * @returns {{ x: number[], y: Value[], steps: number[] }}
   */
  heldOut(field, axis) {
    const value = (/** @type {Partial<Record<Field, Value>>} */ row) =>
      field === "negative_elbo" ? negative(row.elbo) : (row[field] ?? null);
    const evaluated = this.evaluations.filter((row) => value(row) !== null);
    return { x: evaluated.map((row) => row[axis]), y: evaluated.map(value), steps: evaluated.map(({ step }) => step) };
  }
}
