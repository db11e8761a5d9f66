// What a field of the form says, as one text: several choices that are marked are joined as several typed values are.

const JOINT = "; "; // as app/launch/several.py splits it
const MOST_ROWS = 6; // of choices that are seen at once

/** @typedef {HTMLInputElement | HTMLSelectElement} Field */

/**
 * @param {Field} field
 * @returns {string}
 */
export function textOf(field) {
  return isSelect(field) && field.multiple ? [...field.selectedOptions].map(({ value }) => value).join(JOINT) : field.value;
}

/**
 * The values that a field has.
 * @param {Field} field
 * @returns {string[]}
 */
export const valuesOf = (field) => textOf(field).split(JOINT);

/**
 * Let a field say a text; a choice takes several only where the text has several.
 * @param {Field} field
 * @param {string} text
 */
export function setText(field, text) {
  if (!isSelect(field)) {
    field.value = text;
    return;
  }
  const values = text.split(JOINT);
  takeSeveral(field, values.length > 1);
  for (const option of field.options) option.selected = values.includes(option.value);
}

/**
 * Let a choice take several values, or one: the first of those that are marked.
 * @param {HTMLSelectElement} field
 * @param {boolean} several
 */
export function takeSeveral(field, several) {
  if (field.multiple === several) return;
  const { value } = field;
  field.multiple = several;
  field.size = several ? Math.min(MOST_ROWS, field.options.length) : 0;
  if (!several) field.value = value;
}

/**
 * @param {Field} field
 * @returns {field is HTMLSelectElement}
 */
const isSelect = (field) => field instanceof HTMLSelectElement;
