// A page that watches runs: their curves in one chart, their pictures in one gallery, the stream into both.

import { announce, embedded, fixed, refreshParts, throttled } from "./common.js";
import { toolbar } from "./controls.js";
import { Chart } from "./chart.js";
import { Curve } from "./curves.js";
import { Gallery } from "./gallery.js";
import { follow, Pace } from "./live.js";

/** Start the page; `onPoints(run, columns)` hears of every batch of new steps of a watched run. */
export async function watch(filename, onPoints = () => {}) {
  const page = embedded("page-data");
  const curves = new Map(page.runs.map((run) => [run.id, new Curve(run.id, run.evaluations)]));
  let chart = null;
  const settings = toolbar(document.querySelector("[data-toolbar]"), filename, () => chart);
  chart = new Chart(document.getElementById("chart"), embedded("figure"), curves, settings);
  const gallery = new Gallery(
    document.getElementById("pictures"),
    new Map(page.runs.map((run) => [run.id, run.pictures])),
  );
  const pace = new Pace();
  const sum = throttled(() => summarise(chart, page.runs, curves), 2000);

  const reload = async () => {
    await Promise.all([...curves.values()].map((curve) => curve.load()));
    await chart.draw();
    sum();
  };
  await reload();
  document.body.dataset.ready = "true";

  async function refetchPictures(run) {
    const answer = await fetch(`/api/runs/${run}/pictures`);
    if (answer.ok) gallery.update(run, (await answer.json()).pictures);
  }

  follow(page.cursor, {
    points: (columns) => {
      const curve = curves.get(columns.run);
      if (!curve) return;
      curve.append(columns);
      chart.schedule();
      sum();
      pace.show(columns.run, columns.step.at(-1), columns.seconds.at(-1));
      onPoints(columns.run, columns);
    },
    evaluation: (row) => {
      const curve = curves.get(row.run);
      if (!curve) return;
      curve.evaluations = [...curve.evaluations.filter((known) => known.step !== row.step), row];
      chart.schedule();
      sum();
      refreshParts();
    },
    picture: (sheet) => curves.has(sheet.run) && refetchPictures(sheet.run),
    run: (run) => {
      if (!curves.has(run.id)) return;
      announce(`${run.name}: ${run.status}`);
      sum();
      refreshParts();
    },
    resync: () => {
      reload();
      refreshParts();
      for (const run of curves.keys()) refetchPictures(run);
    },
  });
}

/** One sentence that says what the chart shows, for people who cannot see it and for those who want the figure. */
function summarise(chart, runs, curves) {
  const sentences = runs.map(({ id, name }) => {
    const curve = curves.get(id);
    const total = curve.values("negative_elbo").mean;
    const known = (total.some((value) => value !== null) ? total : curve.values("reconstruction").mean).filter((v) => v !== null);
    const term = total.some((value) => value !== null) ? "−ELBO" : "reconstruction";
    if (known.length < 2) return `${name}: no steps yet.`;
    const points = curve.bucket > 1 ? ` Each point is the mean of ${curve.bucket} steps, the band their range.` : "";
    return `${name}: ${term} went from ${fixed(known[0], 1)} to ${fixed(known.at(-1), 1)} nats/image in ${curve.lastStep.toLocaleString("en")} steps.${points}`;
  });
  if (chart.linearRows?.length) sentences.push(`Shown linearly, since it has values of 0 or less: ${chart.linearRows.join(", ")}.`);
  if (chart.outside?.length) sentences.push(`Reference lines too far from the curve to draw: ${chart.outside.join("; ")}.`);
  const markers = runs.some(({ id }) => curves.get(id).evaluations.length) ? "Circles are held-out values." : "";
  document.getElementById("chart-summary").textContent = [...sentences, markers].join(" ");
}
