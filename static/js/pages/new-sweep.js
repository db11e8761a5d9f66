// The form of a sweep: another field has another interval, and other values.

for (const row of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".varied"))) {
  row.querySelector("select")?.addEventListener("change", () => {
    for (const input of row.querySelectorAll("input")) {
      if (input.type === "checkbox") input.checked = false;
      else input.value = "";
    }
  });
}
document.body.dataset.ready = "true";
