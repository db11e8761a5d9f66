// How often a function runs, however often it is called.

/**
 * Resolves after so many ms, or at once when the signal aborts.
 * @param {number} ms
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
export function delay(ms, signal) {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const finish = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal?.addEventListener("abort", finish);
  });
}

/**
 * A function that runs `act` at once, then at most every `pause` ms and never twice at a time, and once more after the
 * last call.
 * @param {() => unknown} act
 * @param {number} pause
 * @returns {() => void}
 */
export function throttled(act, pause) {
  let running = false;
  let again = false;
  const run = async () => {
    running = true;
    try {
      do {
        again = false;
        await Promise.all([act(), delay(pause)]);
      } while (again);
    } finally {
      running = false;
    }
  };
  return () => {
    again = true;
    if (!running) run();
  };
}

/**
 * A function that runs `act` once it has not been called for `rest` ms.
 * @param {() => unknown} act
 * @param {number} rest
 * @returns {() => void}
 */
export function debounced(act, rest) {
  /** @type {number | undefined} */
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, rest);
  };
}
