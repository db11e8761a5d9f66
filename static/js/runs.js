// The list of runs: progress and states while they change, and how many are chosen.

import { embedded, refreshParts } from "./common.js";
import { follow } from "./live.js";
import { Pace } from "./pace.js";

const pace = new Pace();

follow(embedded("page-data").cursor, {
  points: ({ run, step, seconds }) => pace.show(run, step.at(-1), seconds.at(-1)),
  run: refreshParts,
  evaluation: refreshParts,
  resync: refreshParts,
});

function count() {
  const button = document.getElementById("compare");
  if (!button) return;
  const chosen = document.querySelectorAll("#runs-table input:checked").length;
  button.textContent = chosen ? `Compare ${chosen} chosen` : "Compare chosen";
}

document.addEventListener("change", count);
document.addEventListener("partschange", count);
count();
document.body.dataset.ready = "true";
