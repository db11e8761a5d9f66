// A page that watches runs: their curves in one chart, their pictures in one gallery, the stream into both.

import { announce, embedded, refreshParts, throttled } from "../parts/common.js";
import { toolbar } from "../parts/controls.js";
import { Chart } from "../charts/chart.js";
import { Curve } from "../charts/curves.js";
import { Gallery } from "../parts/gallery.js";
import { follow } from "../stream/follow.js";
import { Pace } from "../parts/progress.js";
import { planes } from "../charts/plane.js";
import { summarise } from "../charts/summary.js";
import { tabulate } from "../charts/table.js";

/** Start the page; `onPoints(run, columns)` hears of every batch of new steps of a watched run. */
export async function watch(filename, onPoints = () => {}) {
  const page = embedded("page-data");
  const curves = new Map(page.runs.map((run) => [run.id, new Curve(run.id, run.evaluations)]));
  const chart = new Chart(document.getElementById("chart"), embedded("figures"), curves);
  toolbar(document.querySelector(".chart-card"), filename, chart);
  const gallery = new Gallery(
    document.getElementById("pictures"),
    new Map(page.runs.map((run) => [run.id, run.pictures])),
  );
  const pace = new Pace();
  const sum = throttled(() => summarise(chart, page.runs, curves), 2000);
  chart.node.addEventListener("drawn", sum);
  for (const details of document.querySelectorAll("[data-table]")) {
    tabulate(details, document.getElementById(details.dataset.table));
  }

  await chart.load();
  const spread = planes(curves);
  const drawPlanes = () => spread.forEach((plane) => plane.schedule());
  drawPlanes();
  document.body.dataset.ready = "true";

  async function refetchPictures(run) {
    const answer = await fetch(`/api/runs/${run}/pictures`);
    if (answer.ok) gallery.update(run, (await answer.json()).pictures);
  }

  follow(page.cursor, {
    points: (columns) => {
      const curve = curves.get(columns.run);
      if (!curve) return;
      curve.append(columns).then(() => chart.grow());
      drawPlanes();
      pace.show(columns.run, columns.step.at(-1), columns.seconds.at(-1));
      onPoints(columns.run, columns);
    },
    vitals: (columns) => {
      curves.get(columns.run)?.vitals.append(columns);
      chart.schedule();
    },
    evaluation: (row) => {
      const curve = curves.get(row.run);
      if (!curve) return;
      curve.evaluations = [...curve.evaluations.filter((known) => known.step !== row.step), row];
      chart.schedule();
      drawPlanes();
      refreshParts();
    },
    picture: (sheet) => curves.has(sheet.run) && refetchPictures(sheet.run),
    run: (run) => {
      if (!curves.has(run.id)) return;
      announce(`${run.name}: ${run.status}`);
      refreshParts();
    },
    resync: () => {
      chart.load().then(drawPlanes);
      refreshParts();
      for (const run of curves.keys()) refetchPictures(run);
    },
  });
}
