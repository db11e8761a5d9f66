// The list of sweeps: it follows the runs of their trials.

import { embedded } from "../parts/embedded.js";
import { refreshParts } from "../parts/fragments.js";
import { throttled } from "../parts/pacing.js";
import { follow } from "../stream/follow.js";

const PACE_MS = 3000;

const catchUp = throttled(refreshParts, PACE_MS);

follow(embedded("sweeps-data").cursor, { run: () => catchUp(), resync: () => refreshParts() });
document.body.dataset.ready = "true";
