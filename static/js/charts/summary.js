// What a live chart shows, in sentences: for people who cannot see it, and for those who want the figure.

import { fixed } from "../parts/common.js";

const MOST_STEPS = 5; // named one by one

/** Write the sentences below the chart, and the banner of steps that were not finite. */
export function summarise(chart, runs, curves) {
  const told = runs.map(({ id, name }) => sentence(chart.settings.view, name, curves.get(id)));
  const markers = chart.settings.view === "lines" && runs.some(({ id }) => curves.get(id).evaluations.length);
  const all = [...told, ...chart.remarks, markers ? "Circles are held-out values." : ""];
  document.getElementById("chart-summary").textContent = all.filter(Boolean).join(" ");

  const broken = runs.filter(({ id }) => curves.get(id).nonfinite.length).map(({ id, name }) => unusable(name, curves.get(id)));
  const banner = document.getElementById("nonfinite");
  banner.hidden = broken.length === 0;
  if (banner.textContent !== broken.join(" ")) banner.textContent = broken.join(" ");
}

function sentence(view, name, curve) {
  const total = known(curve, "negative_elbo");
  const [field, term] = view === "training" ? ["loss", "the loss"] : total.length ? ["negative_elbo", "−ELBO"] : ["reconstruction", "reconstruction"];
  const values = known(curve, field);
  const unit = view === "training" ? "" : " nats/image";
  if (values.length < 2) return `${name}: no steps yet.`;
  const course = `${name}: ${term} went from ${short(values[0])} to ${short(values.at(-1))}${unit} in ${curve.lastStep.toLocaleString("en")} steps.`;
  const points = curve.width > 1 ? ` Each point is the mean of ${curve.width.toLocaleString("en")} steps, the band their range; zoom in for single steps.` : "";
  const aside = { stacked: share, training: speed }[view]?.(curve) ?? "";
  return course + aside + points;
}

function share(curve) {
  const [kl, total] = ["kl", "negative_elbo"].map((field) => known(curve, field).at(-1));
  return total > 0 ? ` At the end, the KL is ${Math.round((100 * kl) / total)} % of it.` : "";
}

function speed(curve) {
  const rate = known(curve, "rate").at(-1);
  const norm = curve.vitals.values("grad_norm").at(-1);
  const paced = rate ? ` Lately ${written(rate)} steps a second.` : "";
  return paced + (norm ? ` The gradient's norm was last ${written(norm)}.` : "");
}

const written = (value) => value.toLocaleString("en", { maximumSignificantDigits: 3 });

function unusable(name, curve) {
  const steps = curve.nonfinite.slice(0, MOST_STEPS).map((step) => step.toLocaleString("en"));
  const more = curve.nonfiniteCount - steps.length;
  return `${name}: not a finite number at step ${steps.join("; ")}${more > 0 ? ` and ${more.toLocaleString("en")} more` : ""}, marked by dotted lines.`;
}

const short = (value) => (Math.abs(value) < 1e6 ? fixed(value, 1) : value.toExponential(1).replace("-", "−"));

const known = (curve, field) => curve.values(field).mean.filter((value) => value !== null);
