// How fast runs go: their progress bars and the time that is left.

/** What a page shows of a run's pace: its progress bar and the time that is left. */
export class Pace {
  #seen = new Map();

  show(run, step, seconds) {
    for (const node of document.querySelectorAll(`.progress[data-run="${run}"]`)) {
      const total = Number(node.dataset.total);
      node.querySelector("progress").value = step;
      const left = this.#timeLeft(run, step, seconds, total);
      node.querySelector(".progress-text").textContent =
        `step ${step.toLocaleString("en")} of ${total.toLocaleString("en")}` + (left === null ? "" : ` · about ${left} left`);
    }
  }

  /** Pace of the last updates, so that a slow start does not spoil the guess. */
  #timeLeft(run, step, seconds, total) {
    const before = this.#seen.get(run) ?? { step: 0, seconds: 0, pace: null };
    if (step <= before.step) return null;
    const pace = (seconds - before.seconds) / (step - before.step);
    const smooth = before.pace === null ? pace : 0.7 * before.pace + 0.3 * pace;
    this.#seen.set(run, { step, seconds, pace: smooth });
    return step < total * 0.02 ? null : words(smooth * (total - step));
  }
}

function words(seconds) {
  if (seconds < 10) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 90) return `${Math.round(seconds / 5) * 5} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
