// How long to wait before the next try to connect.

const FIRST_MS = 500;
const LONGEST_MS = 30_000;
const JITTER = 0.25; // so that many pages do not come back at the same moment

/**
 * Twice as long after each failure, up to half a minute, give or take a quarter.
 * @param {number} failures in a row, from 1 upwards
 * @param {number} [random] from 0 to 1: which part of the jitter's range
 * @returns {number} in ms
 */
export function backoff(failures, random = Math.random()) {
  const wait = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
  return wait * (1 - JITTER + 2 * JITTER * random);
}
