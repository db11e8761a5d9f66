// What the pages of one and of several runs share: their curves in one chart, their pictures in one gallery, and the
// stream into both.

import { showLegend } from "../around/legend.js";
import { showReadout } from "../around/readout.js";
import { followPictures } from "../around/upright.js";
import { Chart } from "../charts/chart.js";
import { Curve } from "../charts/curves.js";
import { planes } from "../charts/plane.js";
import { summarise } from "../charts/summary.js";
import { tabulate } from "../charts/table.js";
import { read } from "../parts/api.js";
import { toolbar } from "../parts/controls.js";
import { element, embedded } from "../parts/embedded.js";
import { refreshParts } from "../parts/fragments.js";
import { Gallery } from "../pictures/gallery.js";
import { throttled } from "../parts/pacing.js";
import { ProgressBars } from "../parts/progress.js";
import { follow } from "../stream/follow.js";

/** @import { StreamedSteps } from "../types/page.d.ts" */
/** @import { Plot } from "../types/plotly.d.ts" */

const SUMMARY_MS = 2000; // from one summary to the next

const plot = (/** @type {string} */ id) => /** @type {Plot} */ (element(id));

/**
 * Show the charts and pictures of the page's runs, and follow the runs.
 * @param {string} filename of the chart as a PNG, without its ending
 * @param {(steps: StreamedSteps) => void} [onPoints] called with every batch of new steps
 */
export async function showRunCharts(filename, onPoints = () => {}) {
  const { cursor, runs } = embedded("page-data");
  const curves = new Map(runs.map((run) => [run.id, new Curve(run.id, run.evaluations, runs.length)]));
  const names = new Map(runs.map(({ id, name }) => [id, name]));
  const chart = new Chart(plot("chart"), embedded("figures"), curves, names);
  toolbar(/** @type {HTMLElement} */ (document.querySelector(".chart-card")), filename, chart);
  showLegend(chart);
  showReadout(chart);
  followPictures(chart);
  const gallery = Gallery.start(element("pictures"), new Map(runs.map((run) => [run.id, run.pictures])));
  const progress = new ProgressBars();
  chart.node.addEventListener("drawn", throttled(() => summarise(chart, runs, curves), SUMMARY_MS));
  for (const details of /** @type {NodeListOf<HTMLDetailsElement>} */ (document.querySelectorAll("[data-table]"))) {
    tabulate(details, plot(details.dataset.table ?? ""));
  }

  await chart.load();
  const drawn = planes(curves);
  const drawPlanes = () => drawn.forEach((plane) => plane.schedule());
  drawPlanes();
  document.body.dataset.ready = "true";

  /** @param {number} run */
  async function refetchPictures(run) {
    const answer = await read("/api/runs/{run_id}/pictures", { run_id: run });
    if (answer) gallery?.update(run, answer.pictures);
  }

  follow(cursor, {
    points: (steps) => {
      const curve = curves.get(steps.run);
      if (!curve) return;
      curve.append(steps).then(() => chart.grow());
      drawPlanes();
      progress.show(steps.run, steps.step.at(-1) ?? 0, steps.seconds.at(-1) ?? 0);
      onPoints(steps);
    },
    vitals: (columns) => {
      curves.get(columns.run)?.vitals.append(columns);
      chart.schedule();
    },
    evaluation: (row) => {
      const curve = curves.get(row.run);
      if (!curve) return;
      curve.evaluations = [...curve.evaluations.filter(({ step }) => step !== row.step), row];
      chart.schedule();
      drawPlanes();
      refreshParts();
    },
    picture: ({ run }) => curves.has(run) && refetchPictures(run),
    run: ({ id, name, status }) => {
      if (!curves.has(id)) return;
      element("announce").textContent = `${name}: ${status}`;
      refreshParts();
    },
    resync: () => {
      chart.load().then(drawPlanes);
      refreshParts();
      for (const run of curves.keys()) refetchPictures(run);
    },
  });
}
