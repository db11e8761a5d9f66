// The translator: Ctrl+Enter translates, and a refusal takes the focus. Everything else is plain forms.

import "../parts/common.js";

const form = document.getElementById("paste");
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
document.getElementById("errors")?.focus();
document.body.dataset.ready = "true";
