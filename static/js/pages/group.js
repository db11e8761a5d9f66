// The page of runs that were launched together: the server's figure and tables follow the runs.

import { showFigure } from "../charts/bars.js";
import { embedded, element } from "../parts/embedded.js";
import { refreshParts } from "../parts/fragments.js";
import { throttled } from "../parts/pacing.js";
import { follow } from "../stream/follow.js";

const PACE_MS = 3000; // from one look at the steps to the next

const { cursor, runs } = embedded("group-data");
const here = new Set(runs);
const catchUp = throttled(refreshParts, PACE_MS);

showFigure("bundles");
follow(cursor, {
  points: ({ run }) => here.has(run) && catchUp(),
  evaluation: ({ run }) => here.has(run) && refreshParts(),
  run: ({ id, name, status }) => {
    if (!here.has(id)) return;
    element("announce").textContent = `${name}: ${status}`;
    refreshParts();
  },
  resync: () => refreshParts(),
});
document.body.dataset.ready = "true";
