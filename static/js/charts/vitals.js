// How training itself fares, at some of its steps: few enough to be kept one by one.

const NAMES = ["step", "grad_norm", "learning_rate", "memory"];

/** One run's vitals in columns. */
export class Vitals {
  #run;
  #columns = Object.fromEntries(NAMES.map((name) => [name, []]));

  constructor(run) {
    this.#run = run;
  }

  get step() {
    return this.#columns.step;
  }

  /** The steps whose gradient had no finite norm. */
  get nonfinite() {
    return this.step.filter((_, i) => this.#columns.grad_norm[i] === null);
  }

  values(field) {
    return this.#columns[field];
  }

  /** Read what is stored; what was streamed meanwhile follows it. */
  async load() {
    const answer = await fetch(`/api/runs/${this.#run}/vitals`).catch(() => null);
    if (!answer?.ok) return; // the badge already says that the server is gone
    const stored = await answer.json();
    const streamed = this.#columns;
    this.#columns = stored;
    this.append(streamed);
  }

  /** Add streamed ones; those already here are left out. */
  append(columns) {
    const last = this.step.at(-1) ?? 0;
    const fresh = columns.step.map((step) => step > last);
    for (const name of NAMES) this.#columns[name].push(...columns[name].filter((_, i) => fresh[i]));
  }
}
