// Steps as the store returns them, raw or in buckets of several, to which streamed steps are added one by one.

/** @import { Band, Clock, StepColumns, StreamedSteps, Term, Value } from "../types/page.d.ts" */

/** @type {Clock[]} */
const CLOCKS = ["step", "epoch", "seconds"];
/** @type {Term[]} */
const TERMS = ["reconstruction", "kl", "elbo", "loss", "beta"];

/**
 * Columns over the same points: step, epoch and seconds are those of a point's last step, a term has min, mean and max.
 * With `width` steps to a point, point k holds the steps k·width + 1 to (k + 1)·width: one that is full never changes.
 */
export class Buckets {
  /** @type {Map<Term, Band>} */
  terms = new Map();
  /** @type {Map<Term, number>} */
  #counts = new Map(); // how many finite values a term's last point has

  /** @param {StepColumns} [columns] */
  constructor(columns = { step: [], nonfinite: [], nonfinite_count: 0 }) {
    this.width = "bucket" in columns ? columns.bucket : 1;
    this.nonfinite = columns.nonfinite; // the first thousand steps with a term that was not finite,
    this.nonfiniteCount = columns.nonfinite_count; // of this many
    /** @type {Partial<Record<Term, Value[]>> | null} */
    this.smoothed = columns.smoothed ?? null; // of the stored points only
    this.step = columns.step;
    this.epoch = columns.epoch ?? [];
    this.seconds = columns.seconds ?? [];
    for (const name of TERMS) {
      const values = columns[name];
      if (!values) continue;
      this.terms.set(name, Array.isArray(values) ? raw(values) : values);
      this.#counts.set(name, this.#stepsInLast());
    }
  }

  /** How many points there are. */
  get length() {
    return this.step.length;
  }

  /** The last step; 0 when there is none. */
  get last() {
    return this.step.at(-1) ?? 0;
  }

  /**
   * The first step of a point.
   * @param {number} i
   * @returns {number}
   */
  start(i) {
    return this.#bucket(this.step[i]) * this.width + 1;
  }

  /**
   * Add streamed steps; those already here are left out.
   * @param {StreamedSteps} points
   */
  append(points) {
    const from = points.step.findIndex((step) => step > this.last);
    if (from === -1) return;
    const broken = points.nonfinite.filter((step) => step > this.last);
    this.nonfinite = [...this.nonfinite, ...broken];
    this.nonfiniteCount += broken.length;
    if (this.length === 0) this.terms = new Map(TERMS.filter((name) => name in points).map((name) => [name, raw([])]));
    for (let i = from; i < points.step.length; i++) {
      const begins = this.length === 0 || this.#bucket(points.step[i]) !== this.#bucket(this.last);
      const place = begins ? this.length : this.length - 1;
      for (const name of CLOCKS) this[name][place] = points[name][i];
      for (const [name, band] of this.terms) {
        if (begins) this.#begin(name, band, points[name][i]);
        else this.#merge(name, band, place, points[name][i]);
      }
    }
  }

  /** @param {number} step */
  #bucket(step) {
    return Math.floor((step - 1) / this.width);
  }

  #stepsInLast() {
    const before = this.#bucket(this.last) * this.width;
    return this.last - before - this.nonfinite.filter((step) => step > before).length;
  }

  /**
   * @param {Term} name
   * @param {Band} band
   * @param {Value} value
   */
  #begin(name, band, value) {
    this.#counts.set(name, value === null ? 0 : 1);
    for (const values of new Set([band.min, band.mean, band.max])) values.push(value);
  }

  /**
   * @param {Term} name
   * @param {Band} band
   * @param {number} place
   * @param {Value} value
   */
  #merge(name, { min, mean, max }, place, value) {
    if (value === null) return;
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    const before = mean[place];
    mean[place] = before === null ? value : before + (value - before) / count;
    min[place] = Math.min(min[place] ?? value, value);
    max[place] = Math.max(max[place] ?? value, value);
  }
}

/**
 * One value a point is its least, mean and greatest: one array, until a wider answer replaces it.
 * @param {Value[]} values
 * @returns {Band}
 */
const raw = (values) => ({ min: values, mean: values, max: values });
