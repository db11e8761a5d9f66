// The translator: Ctrl+Enter translates, and a refusal takes the focus. Everything else is plain forms.

import { element } from "../parts/embedded.js";
import { focusErrors } from "../parts/errors.js";

const form = /** @type {HTMLFormElement} */ (element("paste"));
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
focusErrors();
document.body.dataset.ready = "true";
