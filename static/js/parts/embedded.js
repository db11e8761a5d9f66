// The JSON that the server put into the page.

/** @import { Embedded } from "../types/page.d.ts" */

/**
 * What is in the page under this id.
 * @template {keyof Embedded} Id
 * @param {Id} id
 * @returns {Embedded[Id]}
 */
export function embedded(id) {
  return JSON.parse(element(id).textContent);
}

/**
 * The element with this id, which the page has.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function element(id) {
  const node = document.getElementById(id);
  if (!node) throw new Error(`The page has no #${id}.`);
  return node;
}
