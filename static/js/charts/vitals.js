// How training itself fares, at some of its steps: few enough to be kept one by one.

import { read } from "../parts/api.js";

/** @import { Value, Vital, VitalColumns } from "../types/page.d.ts" */

/** One run's vitals in columns. */
export class Vitals {
  /** @type {VitalColumns} */
  #columns;

  /** @param {number} run */
  constructor(run) {
    this.#columns = { run, step: [], grad_norm: [], learning_rate: [], memory: [] };
  }

  /** The sampled steps. */
  get step() {
    return this.#columns.step;
  }

  /** The steps whose gradient had no finite norm. */
  get nonfinite() {
    return this.step.filter((_, i) => this.#columns.grad_norm[i] === null);
  }

  /**
   * The values of a field, one a sampled step.
   * @param {Vital} field
   * @returns {Value[]}
   */
  values(field) {
    return this.#columns[field];
  }

  /** Read what is stored; what was streamed meanwhile follows it. */
  async load() {
    const stored = await read("/api/runs/{run_id}/vitals", { run_id: this.#columns.run });
    if (!stored) return;
    const streamed = this.#columns;
    this.#columns = stored;
    this.append(streamed);
  }

  /**
   * Add streamed ones; those already here are left out.
   * @param {VitalColumns} columns
   */
  append(columns) {
    const from = columns.step.findIndex((step) => step > (this.step.at(-1) ?? 0));
    if (from === -1) return;
    const { step, grad_norm: norm, learning_rate: rate, memory } = this.#columns;
    step.push(...columns.step.slice(from));
    norm.push(...columns.grad_norm.slice(from));
    rate.push(...columns.learning_rate.slice(from));
    memory.push(...columns.memory.slice(from));
  }
}
