// The list of runs: progress, numbers and states while they change, and the actions on the chosen ones.

import { element, embedded } from "../parts/embedded.js";
import { refreshParts } from "../parts/fragments.js";
import { closeLikeMenus } from "../parts/menus.js";
import { ProgressBars } from "../parts/progress.js";
import { updateRow } from "../parts/rows.js";
import { follow } from "../stream/follow.js";

const FEWEST_COMPARED = 2;

// An action that was refused to some answers under an address of its own, which cannot be opened again.
if (location.pathname !== "/runs") history.replaceState(null, "", `/runs${location.search}`);

const page = embedded("page-data");
const progress = new ProgressBars();

// Where its conditions were refused the page would only be refused again.
const refreshList = document.getElementById("wrong") ? () => {} : refreshParts;

follow(page.cursor, {
  points: ({ run, step, seconds }) => {
    progress.show(run, step.at(-1) ?? 0, seconds.at(-1) ?? 0);
    updateRow(run);
  },
  evaluation: ({ run }) => updateRow(run),
  run: refreshList,
  resync: refreshList,
});

/**
 * Count the chosen runs, and offer what can be done with so many.
 * @param {HTMLElement} chosen the list's form
 */
function count(chosen) {
  const boxes = boxesOf(chosen);
  const checked = boxes.filter((box) => box.checked).length;
  const most = Number(chosen.dataset.most);
  const comparable = FEWEST_COMPARED <= checked && checked <= most;
  const all = /** @type {HTMLInputElement} */ (element("all"));
  all.checked = checked > 0 && checked === boxes.length;
  all.indeterminate = checked > 0 && !all.checked;
  element("count").textContent = checked ? `${checked} chosen` : "";
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (chosen.querySelectorAll(".bulk button"))) {
    button.disabled = checked === 0 || (button.matches("[formmethod]") && !comparable);
  }
  const few = document.getElementById("few"); // missing where deleted runs are listed
  if (few) few.textContent = checked === 0 || comparable ? "" : `A comparison takes ${FEWEST_COMPARED} to ${most} runs.`;
}

/**
 * @param {HTMLElement} chosen
 * @returns {HTMLInputElement[]}
 */
const boxesOf = (chosen) => {
  return [...chosen.querySelectorAll("tbody input")].filter((node) => node instanceof HTMLInputElement);
};

const chosen = document.getElementById("chosen"); // missing where there are no runs
if (chosen) {
  const recount = () => count(chosen);
  chosen.addEventListener("change", ({ target }) => {
    if (target instanceof HTMLInputElement && target.id === "all") {
      for (const box of boxesOf(chosen)) box.checked = target.checked;
    }
    recount();
  });
  document.addEventListener("partschange", recount);
  addEventListener("pageshow", recount); // a browser that comes back may have kept the checks
  recount();
}

// The address says only what differs from the standard list, and names the columns at once.
document.getElementById("filters")?.addEventListener("formdata", ({ formData }) => {
  if (!formData.get("field") || !formData.get("value")) for (const name of ["field", "operator", "value"]) formData.delete(name);
  const columns = formData.getAll("columns").join();
  formData.delete("columns");
  if (columns !== page.columns.join()) formData.set("columns", columns);
  const empty = Array.from(formData).filter(([, value]) => value === "");
  for (const [name] of empty) formData.delete(name);
});

closeLikeMenus("details.menu");
document.body.dataset.ready = "true";
