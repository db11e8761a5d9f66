// The list of runs: progress, numbers and states while they change, and what the checked ones can be asked.

import { embedded, refreshParts } from "../parts/common.js";
import { follow } from "../stream/follow.js";
import { Pace } from "../parts/progress.js";
import { update } from "../parts/rows.js";

const MOST_COMPARED = 8;

// An action that was refused to some answers under an address of its own, which cannot be opened again.
if (location.pathname !== "/runs") history.replaceState(null, "", `/runs${location.search}`);

const pace = new Pace();

follow(embedded("page-data").cursor, {
  points: ({ run, step, seconds }) => {
    pace.show(run, step.at(-1), seconds.at(-1));
    update(run);
  },
  evaluation: ({ run }) => update(run),
  run: refreshParts,
  resync: refreshParts,
});

const chosen = document.getElementById("chosen");

function count() {
  const boxes = [...chosen.querySelectorAll("tbody input")];
  const checked = boxes.filter((box) => box.checked).length;
  const all = document.getElementById("all");
  all.checked = checked > 0 && checked === boxes.length;
  all.indeterminate = checked > 0 && !all.checked;
  document.getElementById("count").textContent = checked ? `${checked} chosen` : "";
  for (const button of chosen.querySelectorAll(".bulk button")) {
    button.disabled = checked === 0 || (button.matches("[formmethod]") && checked > MOST_COMPARED);
  }
}

if (chosen) {
  chosen.addEventListener("change", ({ target }) => {
    if (target.id === "all") for (const box of chosen.querySelectorAll("tbody input")) box.checked = target.checked;
    count();
  });
  document.addEventListener("partschange", count);
  addEventListener("pageshow", count); // a browser that comes back may have kept the checks
  count();
}

// The address says only what differs from the standard list.
document.getElementById("filters")?.addEventListener("formdata", ({ formData }) => {
  for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
  const same = formData.getAll("column").join() === embedded("page-data").columns.join();
  if (same) formData.delete("column");
});

// A menu closes like a menu.
for (const menu of document.querySelectorAll("details.menu")) {
  const close = () => (menu.open = false);
  document.addEventListener("click", ({ target }) => menu.contains(target) || close());
  menu.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape" || !menu.open) return;
    close();
    menu.querySelector("summary").focus();
  });
}
document.body.dataset.ready = "true";
