// The page of a sweep: its numbers follow the runs of its trials.

import { embedded, element } from "../parts/embedded.js";
import { refreshParts, whileCounting } from "../parts/fragments.js";
import { throttled } from "../parts/pacing.js";
import { follow } from "../stream/follow.js";

const PACE_MS = 3000; // from one look at the steps to the next

const { cursor, group, runs } = embedded("sweep-data");
const here = new Set(runs);
const catchUp = throttled(refreshParts, PACE_MS);

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
