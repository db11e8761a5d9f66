// The compare page: the runs' curves and pictures together, and the configuration's differences.

import { watch } from "./run-charts.js";

const only = document.getElementById("only-differences");
const show = () => document.getElementById("differences").classList.toggle("only", only.checked);
only.addEventListener("change", show);
show();
watch("compare");
