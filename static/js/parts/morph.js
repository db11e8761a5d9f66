// Changes a part of the page into its newer version with as few changes as there are, so that whatever a reader did to
// what stays is not undone: elements keep their place, their scroll, their focus, and what was typed into them.

/** @type {WeakSet<Element>} */
const served = new WeakSet(document.querySelectorAll("details[open]")); // which the server sent open

/**
 * Make `old` what `fresh` is. Text that is being marked waits: false if there is any, for then `old` lags behind.
 * @param {Element} old
 * @param {Element} fresh of the same tag
 * @returns {boolean}
 */
export function morph(old, fresh) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const isWhole = change(old, fresh);
  if (focused instanceof HTMLElement && document.activeElement !== focused) {
    (focused.isConnected ? focused : alike(focused, old))?.focus({ preventScroll: true });
  }
  return isWhole;
}

/**
 * @param {Element} old
 * @param {Element} fresh
 * @returns {boolean} whether nothing waits
 */
function change(old, fresh) {
  if (old.isEqualNode(fresh)) return true;
  changeAttributes(old, fresh);
  const rest = [...fresh.childNodes];
  let isWhole = true;
  let at = old.firstChild;
  while (rest.length) {
    const next = /** @type {ChildNode} */ (rest.shift());
    while (at && !isSame(at, next) && !rest.some((later) => isSame(/** @type {ChildNode} */ (at), later))) {
      const gone = at;
      at = at.nextSibling;
      gone.remove();
    }
    const twin = findFrom(at, next);
    if (!twin) {
      old.insertBefore(next, at);
      if (next instanceof Element) remember(next);
      continue;
    }
    if (twin === at) at = at.nextSibling;
    else old.insertBefore(twin, at);
    if (twin instanceof Element) isWhole = change(twin, /** @type {Element} */ (next)) && isWhole;
    else if (twin.nodeValue !== next.nodeValue) isWhole = changeText(twin, next.nodeValue) && isWhole;
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
  return isWhole;
}

/**
 * An opened or closed `details` stays so, unless it is the server that opens it now.
 * @param {Element} old
 * @param {Element} fresh
 */
function changeAttributes(old, fresh) {
  const isDetails = old instanceof HTMLDetailsElement;
  for (const name of old.getAttributeNames()) {
    if (!fresh.hasAttribute(name) && !(isDetails && name === "open")) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (isDetails && name === "open" && served.has(old)) continue;
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  if (isDetails) served[fresh.hasAttribute("open") ? "add" : "delete"](old);
}

/** @param {Element} root which the server sent */
function remember(root) {
  if (root.matches("details[open]")) served.add(root);
  for (const details of root.querySelectorAll("details[open]")) served.add(details);
}

/**
 * @param {ChildNode} node
 * @param {string | null} text
 * @returns {boolean} whether the node has it now
 */
function changeText(node, text) {
  const marked = document.getSelection();
  if (marked && !marked.isCollapsed && marked.containsNode(node, true)) return false;
  node.nodeValue = text;
  return true;
}

/**
 * The first of `at` and its following siblings that stands for the same thing as `next`.
 * @param {ChildNode | null} at
 * @param {ChildNode} next
 * @returns {ChildNode | null}
 */
function findFrom(at, next) {
  let node = at;
  while (node && !isSame(node, next)) node = node.nextSibling;
  return node;
}

/**
 * Whether two nodes stand for the same thing, whatever they say of it.
 * @param {ChildNode} a
 * @param {ChildNode} b
 */
function isSame(a, b) {
  return a.nodeName === b.nodeName && keyOf(a) === keyOf(b);
}

/** @param {ChildNode} node */
function keyOf(node) {
  if (!(node instanceof Element)) return "";
  const value = node instanceof HTMLInputElement && /checkbox|radio/.test(node.type) ? node.value : "";
  const names = ["id", "data-key", "data-run", "name", "action"].map((name) => node.getAttribute(name) ?? "");
  return [...names, value].join(" ");
}

/**
 * What took the place of an element that is gone: of the same tag and label.
 * @param {Element} node
 * @param {Element} part
 * @returns {HTMLElement | undefined}
 */
function alike(node, part) {
  const label = (/** @type {Element} */ one) => one.getAttribute("aria-label") ?? one.textContent;
  const candidates = /** @type {NodeListOf<HTMLElement>} */ (part.querySelectorAll(node.tagName));
  return [...candidates].find((candidate) => label(candidate) === label(node));
}
