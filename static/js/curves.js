// The numbers behind a chart: one run's steps, first from the store, then from the stream.

const STORED_POINTS = 2000;
const TAIL_POINTS = 1000;
const PLACES = ["step", "epoch", "seconds"];
const FIELDS = ["reconstruction", "kl", "elbo", "beta"];

/** One run's terms: buckets or raw steps as stored, and a raw tail as streamed. No point is ever drawn twice. */
export class Curve {
  #stored = null;
  #tail = empty();
  #loading = null;

  constructor(run, evaluations) {
    this.run = run;
    this.evaluations = evaluations;
  }

  /** Steps in one stored point: more than 1 where they were bucketed. */
  get bucket() {
    return this.#stored?.bucket ?? 1;
  }

  get lastStep() {
    return this.#tail.step.at(-1) ?? this.#stored?.step.at(-1) ?? 0;
  }

  get nonfinite() {
    return [...(this.#stored?.nonfinite ?? []), ...this.#tail.nonfinite];
  }

  /** Read the stored steps; whatever was streamed meanwhile and is not among them stays. */
  load() {
    this.#loading ??= this.#load().finally(() => (this.#loading = null));
    return this.#loading;
  }

  async #load() {
    const answer = await fetch(`/api/runs/${this.run}/steps?points=${STORED_POINTS}`);
    if (!answer.ok) return;
    this.#stored = await answer.json();
    const last = this.#stored.step.at(-1) ?? 0;
    this.#tail = after(this.#tail, last);
  }

  /** Add streamed steps; those already here are left out. */
  append(points) {
    const fresh = after(points, this.lastStep);
    for (const name of [...PLACES, ...FIELDS, "nonfinite"]) this.#tail[name].push(...(fresh[name] ?? []));
    if (this.#tail.step.length > TAIL_POINTS) this.load();
  }

  /** Where the points stand on the chosen x axis. */
  places(axis) {
    return [...(this.#stored?.[axis] ?? []), ...this.#tail[axis]];
  }

  /** A field's mean, min and max at each place; −ELBO is made from the ELBO. */
  values(field) {
    if (field === "negative_elbo") {
      const { mean, low, high } = this.values("elbo");
      return { mean: mean.map(negative), low: high.map(negative), high: low.map(negative) };
    }
    const stored = this.#stored?.[field] ?? [];
    const tail = this.#tail[field];
    if (Array.isArray(stored)) {
      const all = [...stored, ...tail];
      return { mean: all, low: all, high: all };
    }
    return { mean: [...stored.mean, ...tail], low: [...stored.min, ...tail], high: [...stored.max, ...tail] };
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

function empty() {
  return Object.fromEntries([...PLACES, ...FIELDS, "nonfinite"].map((name) => [name, []]));
}

function after(columns, last) {
  const keep = columns.step.findIndex((step) => step > last);
  const from = keep === -1 ? columns.step.length : keep;
  const cut = empty();
  for (const name of [...PLACES, ...FIELDS]) {
    if (columns[name]) cut[name] = columns[name].slice(from);
  }
  cut.nonfinite = (columns.nonfinite ?? []).filter((step) => step > last);
  return cut;
}

/** Exponential moving average, corrected for its start (Kingma and Ba 2015, §3); gaps stay gaps. */
export function smoothed(values, weight) {
  if (weight === 0) return values;
  let average = 0;
  let sum = 0;
  return values.map((value) => {
    if (value === null) return null;
    average = weight * average + (1 - weight) * value;
    sum = weight * sum + (1 - weight);
    return average / sum;
  });
}
