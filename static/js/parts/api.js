// What the API answers, with its types.

/** @import { Answers } from "../types/api.d.ts" */

/** @typedef {keyof Answers extends infer Key ? (Key extends `GET ${infer Path}` ? Path : never) : never} Path */

/**
 * The answer at a path; null if there is none: the stream's badge says that the server is gone.
 * @template {Path} At
 * @param {At} path such as /api/runs/{run_id}
 * @param {Record<string, string | number>} values of the names in the path
 * @param {Record<string, string | number | undefined>} [query] what is undefined is left out
 * @returns {Promise<Answers[`GET ${At}`] | null>}
 */
export async function read(path, values, query = {}) {
  const place = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values[name]));
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value));
  try {
    const answer = await fetch(given.size ? `${place}?${given}` : place);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}
