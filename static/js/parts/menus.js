// Unfolded lists of things to do close as menus do: by a click elsewhere, or by Escape.

/**
 * Let the `details` that match close like menus, those that come later too.
 * @param {string} selector
 */
export function closeLikeMenus(selector) {
  const open = () => /** @type {NodeListOf<HTMLDetailsElement>} */ (document.querySelectorAll(`${selector}[open]`));
  document.addEventListener("click", ({ target }) => {
    for (const menu of open()) menu.open = menu.contains(/** @type {Node} */ (target));
  });
  document.addEventListener("keydown", ({ key, target }) => {
    if (key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      if (menu.contains(/** @type {Node} */ (target))) menu.querySelector("summary")?.focus();
    }
  });
}
