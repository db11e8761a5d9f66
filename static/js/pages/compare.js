// The compare page: the runs' curves and pictures together, and the configuration's differences.

import { element } from "../parts/embedded.js";
import { showRunCharts } from "./run-charts.js";

const only = /** @type {HTMLInputElement} */ (element("only-differences"));
const show = () => element("differences").classList.toggle("only", only.checked);
only.addEventListener("change", show);
show();
showRunCharts("compare");
