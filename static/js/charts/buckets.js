// Steps as the store answers them, raw or in buckets of many, to which streamed steps are added one by one.

const CLOCKS = ["step", "epoch", "seconds"];
const TERMS = ["reconstruction", "kl", "elbo", "loss", "beta"];

const termsOf = (columns) => TERMS.filter((name) => name in columns);
const same = (values) => ({ min: values, mean: values, max: values }); // of raw steps

/**
 * Columns over the same points: step, epoch and seconds are those of a point's last step, a field has min, mean and max.
 * With `width` steps to a point, point k holds the steps k·width + 1 to (k + 1)·width: one that is full never changes.
 */
export class Buckets {
  #counts = {}; // field -> how many finite values its last point has

  constructor({ bucket = 1, nonfinite = [], nonfinite_count = nonfinite.length, smoothed = null, ...columns } = {}) {
    this.width = bucket;
    this.nonfinite = nonfinite; // the first thousand such steps,
    this.nonfiniteCount = nonfinite_count; // of so many
    this.smoothed = smoothed; // field -> values, of the stored points only
    for (const name of CLOCKS) this[name] = columns[name] ?? [];
    this.fields = {};
    for (const name of termsOf(columns)) {
      this.fields[name] = Array.isArray(columns[name]) ? same(columns[name]) : columns[name];
      this.#counts[name] = this.#stepsInLast();
    }
  }

  get length() {
    return this.step.length;
  }

  get last() {
    return this.step.at(-1) ?? 0;
  }

  /** The first step of a point. */
  start(i) {
    return this.#bucket(this.step[i]) * this.width + 1;
  }

  /** Add streamed steps; those already here are left out. */
  append(points) {
    const from = points.step.findIndex((step) => step > this.last);
    if (from === -1) return;
    const broken = points.nonfinite.filter((step) => step > this.last);
    this.nonfinite = [...this.nonfinite, ...broken];
    this.nonfiniteCount += broken.length;
    if (this.length === 0) for (const name of termsOf(points)) this.fields[name] = same([]);
    for (let i = from; i < points.step.length; i++) {
      const fresh = this.length === 0 || this.#bucket(points.step[i]) !== this.#bucket(this.last);
      const at = fresh ? this.length : this.length - 1;
      for (const name of CLOCKS) this[name][at] = points[name][i];
      for (const name of Object.keys(this.fields)) {
        if (fresh) this.#begin(name, points[name][i]);
        else this.#merge(name, at, points[name][i]);
      }
    }
  }

  #bucket(step) {
    return Math.floor((step - 1) / this.width);
  }

  #stepsInLast() {
    const before = this.#bucket(this.last) * this.width;
    return this.last - before - this.nonfinite.filter((step) => step > before).length;
  }

  #begin(name, value) {
    this.#counts[name] = value === null ? 0 : 1;
    for (const values of new Set(Object.values(this.fields[name]))) values.push(value);
  }

  #merge(name, at, value) {
    if (value === null) return;
    const { min, mean, max } = this.fields[name];
    const n = (this.#counts[name] += 1);
    const first = mean[at] === null;
    mean[at] = first ? value : mean[at] + (value - mean[at]) / n;
    min[at] = first ? value : Math.min(min[at], value);
    max[at] = first ? value : Math.max(max[at], value);
  }
}
