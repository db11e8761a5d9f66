// The page Explain: a slider that moves changes the address, and the server's figures, sentences and tables follow.

import { showFigure } from "../charts/bars.js";
import { toAddress } from "../parts/controls.js";
import { element } from "../parts/embedded.js";
import { swapFrom, whileCounting } from "../parts/fragments.js";
import { throttled } from "../parts/pacing.js";

const PAUSE_MS = 160; // between two answers while a slider moves

const refresh = throttled(() => swapFrom(location.href), PAUSE_MS);

for (const control of /** @type {HTMLFormElement} */ (element("controls")).elements) {
  control.addEventListener("input", () => {
    const { name, value } = /** @type {HTMLInputElement} */ (control);
    toAddress({ [name]: value });
    refresh();
  });
}
for (const chart of document.querySelectorAll(".exhibit .chart")) showFigure(chart.id.replace("-chart", ""));
whileCounting(refresh);
document.body.dataset.ready = "true";
