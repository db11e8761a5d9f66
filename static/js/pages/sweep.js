// The page of a sweep: its numbers and pictures follow the runs of its trials, and a dot opens its run.

import { showFigure } from "../charts/bars.js";
import { embedded, element } from "../parts/embedded.js";
import { refreshParts, whileCounting } from "../parts/fragments.js";
import { throttled } from "../parts/pacing.js";
import { follow } from "../stream/follow.js";

/** @import { Plot } from "../types/plotly.d.ts" */

const PACE_MS = 3000; // from one look at the steps to the next

const { cursor, group, runs } = embedded("sweep-data");
const here = new Set(runs);
const catchUp = throttled(refreshParts, PACE_MS);

/**
 * Open the run of the trial that is clicked.
 * @param {Plot} node a chart
 */
function openRuns(node) {
  node.on("plotly_click", ({ points }) => {
    const run = points.find(({ customdata }) => customdata)?.customdata;
    if (run) location.assign(`/runs/${run}`);
  });
}

for (const node of document.querySelectorAll(".figures .chart")) {
  showFigure(node.id.replace("-chart", ""), openRuns);
}
follow(cursor, {
  points: ({ run }) => here.has(run) && catchUp(),
  run: ({ id, name, status, group: its }) => {
    if (its !== group) return;
    here.add(id);
    element("announce").textContent = `${name}: ${status}`;
    refreshParts();
  },
  resync: () => refreshParts(),
});
whileCounting(refreshParts); // a trial's result is noted just after its run has ended
document.body.dataset.ready = "true";
