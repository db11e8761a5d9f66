// What every page does.

import { startActions } from "../parts/actions.js";
import { startCopying } from "../parts/copy.js";
import { startTheme } from "../theme/theme.js";
import { startTimes } from "../parts/times.js";

startTheme();
startTimes();
startCopying();
startActions();
