// How far runs are: their progress bars and the time that is left.

import { formatCount, formatTimeLeft } from "./numbers.js";

const SHARE = 0.3; // of the newest pace in the smoothed one, so that a slow start does not spoil the estimate
const SOON = 0.02; // of the steps, before which the time left would be a guess

/** @typedef {{ step: number, seconds: number, pace: number | null }} Progress of a run; its pace in seconds a step */

/** The progress bars of the page's runs. */
export class ProgressBars {
  /** @type {Map<number, Progress>} */
  #latest = new Map();

  /**
   * Show where a run is.
   * @param {number} run
   * @param {number} step
   * @param {number} seconds of training so far
   */
  show(run, step, seconds) {
    const bars = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(`.progress[data-run="${run}"]`));
    const pace = this.#pace(run, step, seconds);
    for (const node of bars) {
      const total = Number(node.dataset.total);
      const left = pace === null || step < total * SOON ? "" : ` · about ${formatTimeLeft(pace * (total - step))} left`;
      for (const bar of node.querySelectorAll("progress")) bar.value = step;
      for (const text of node.querySelectorAll(".progress-text")) {
        text.textContent = `step ${formatCount(step)} of ${formatCount(total)}${left}`;
      }
    }
  }

  /**
   * Seconds a step over the last updates; null where the run has not moved.
   * @param {number} run
   * @param {number} step
   * @param {number} seconds
   * @returns {number | null}
   */
  #pace(run, step, seconds) {
    const before = this.#latest.get(run) ?? { step: 0, seconds: 0, pace: null };
    if (step <= before.step) return null;
    const newest = (seconds - before.seconds) / (step - before.step);
    const pace = before.pace === null ? newest : (1 - SHARE) * before.pace + SHARE * newest;
    this.#latest.set(run, { step, seconds, pace });
    return pace;
  }
}
