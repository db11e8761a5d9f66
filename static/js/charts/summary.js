// What a live chart shows, in sentences: for people who cannot see it, and for those who want the figure.

import { element } from "../parts/embedded.js";
import { formatCount, formatNumber } from "../parts/numbers.js";

/** @import { Field, PageRun } from "../types/page.d.ts" */
/** @import { Chart } from "./chart.js" */
/** @import { Curve } from "./curves.js" */

const MOST_STEPS = 5; // named one by one

/**
 * Write the sentences below the chart, and the banner of steps that were not finite.
 * @param {Chart} chart
 * @param {PageRun[]} runs
 * @param {Map<number, Curve>} curves
 */
export function summarise(chart, runs, curves) {
  const { view, hidden } = chart.settings;
  const sentences = [];
  const broken = [];
  let markers = false;
  const widths = new Set(); // of points that are more than a step
  for (const { id, name } of runs) {
    const curve = curves.get(id);
    if (!curve || hidden.has(id)) continue;
    sentences.push(sentence(view, name, curve));
    if (curve.nonfinite.length) broken.push(unusable(name, curve));
    if (curve.width > 1) widths.add(curve.width);
    markers ||= view === "lines" && curve.evaluations.length > 0;
  }
  const circles = markers ? ["Circles are held-out values."] : [];
  const all = [...sentences, ...points([...widths], chart.isBanded), ...chart.remarks, ...circles];
  element("chart-summary").textContent = all.join(" ");

  const banner = element("nonfinite");
  banner.hidden = broken.length === 0;
  if (banner.textContent !== broken.join(" ")) banner.textContent = broken.join(" ");
}

/**
 * @param {string} view
 * @param {string} name of the run
 * @param {Curve} curve
 * @returns {string}
 */
function sentence(view, name, curve) {
  const [field, term] = subject(view, curve);
  const values = finite(curve, field);
  const steps = curve.lastStep === 1 ? "1 step" : `${formatCount(curve.lastStep)} steps`;
  if (curve.lastStep === 0) return `${name}: no steps yet.`;
  if (values.length === 0) return `${name}: ${term} was no finite number in ${steps}.`;
  const unit = view === "training" ? "" : " nats/image";
  const [first, last] = [values[0], values[values.length - 1]].map((value) => formatNumber(value));
  if (values.length === 1) return `${name}: ${term} was ${first}${unit}, once in ${steps}.`;
  const aside = view === "stacked" ? share(curve) : view === "training" ? speed(curve) : "";
  const means = curve.width > 1 ? `, in means of up to ${formatCount(curve.width)} steps,` : "";
  return `${name}: the curve of ${term} goes from ${first} to ${last}${unit}${means} over ${steps}.${aside}`;
}

/**
 * What a point is where it is more than a step.
 * @param {number[]} widths of the runs
 * @param {boolean} isBanded
 * @returns {string[]}
 */
function points(widths, isBanded) {
  if (widths.length === 0) return [];
  const [least, most] = [Math.min(...widths), Math.max(...widths)].map(formatCount);
  const count = least === most ? least : `${least} to ${most}`;
  const range = isBanded ? "the band their range" : "whose range is drawn as a band where few runs are shown";
  return [`Each point is the mean of ${count} steps, ${range}; zoom in for single steps.`];
}

/**
 * The term that a sentence is about, and what it is called.
 * @param {string} view
 * @param {Curve} curve
 * @returns {[field: Field, term: string]}
 */
function subject(view, curve) {
  if (view === "training") return ["loss", "the loss"];
  return finite(curve, "negative_elbo").length ? ["negative_elbo", "−ELBO"] : ["reconstruction", "reconstruction"];
}

/** @param {Curve} curve */
function share(curve) {
  const kl = finite(curve, "kl").at(-1);
  const total = finite(curve, "negative_elbo").at(-1);
  if (kl === undefined || total === undefined || total <= 0) return "";
  return ` At the end, the KL is ${formatCount((100 * kl) / total)}\u00a0% of it.`;
}

/** @param {Curve} curve */
function speed(curve) {
  const rate = finite(curve, "rate").at(-1);
  const norm = curve.vitals.values("grad_norm").at(-1);
  const pace = rate ? ` The latest speed is ${formatNumber(rate)} steps a second.` : "";
  return pace + (norm ? ` The gradient's norm was last ${formatNumber(norm)}.` : "");
}

/**
 * @param {string} name of the run
 * @param {Curve} curve
 */
function unusable(name, curve) {
  const steps = curve.nonfinite.slice(0, MOST_STEPS).map(formatCount);
  const more = curve.nonfiniteCount - steps.length;
  const all = steps.join("; ") + (more > 0 ? ` and ${formatCount(more)} more` : "");
  return `${name}: not a finite number at step ${all}, marked by dotted lines.`;
}

/**
 * @param {Curve} curve
 * @param {Field} field
 * @returns {number[]}
 */
const finite = (curve, field) => curve.values(field).mean.filter((value) => value !== null);
