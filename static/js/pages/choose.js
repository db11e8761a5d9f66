// The choice of the runs to compare: how many are ticked, and why the button is off while they are too few or too many.

import { element } from "../parts/embedded.js";

/**
 * What is missing before so many runs can be compared.
 * @param {number} count
 * @param {number} most
 * @param {number} sideBySide
 * @returns {string}
 */
function lack(count, most, sideBySide) {
  if (count > most) return `${count} runs are ticked, and ${most} fit on one page: untick ${count - most}.`;
  if (count === 1) return "One run is ticked: tick at least one more.";
  return count === 0 ? `No run is ticked: tick two to ${sideBySide}, or more to compare configurations.` : "";
}

const form = document.getElementById("chooser"); // missing where there are no runs
if (form) {
  const most = Number(form.dataset.most);
  const sideBySide = Number(form.dataset.sideBySide);
  const recount = () => {
    const count = form.querySelectorAll("input[name=run]:checked").length;
    const missing = lack(count, most, sideBySide);
    /** @type {HTMLButtonElement} */ (element("compare")).disabled = missing !== "";
    const apart = count > sideBySide ? `: more than ${sideBySide} are compared by configuration` : "";
    element("count").textContent = missing || `${count} runs are ticked${apart}.`;
  };
  form.addEventListener("change", recount);
  addEventListener("pageshow", recount); // a browser that comes back may have kept the checks
  form.addEventListener("formdata", ({ formData }) => formData.get("q") === "" && formData.delete("q"));
}
document.body.dataset.ready = "true";
