/**
 * The page's texts in the reader's language; the template brings them.
 *
 * @import { Texts } from "./types.js"
 */

/** @type {Texts} */
let texts = {};

/** @param {Texts} loaded */
export function loadTexts(loaded) {
  texts = loaded;
}

/**
 * @param {string} key
 * @param {Record<string, string | number>} [values] for the {names} in the sentence
 */
export function say(key, values = {}) {
  const sentence = texts[key];
  if (sentence === undefined) throw new Error(`no text for ${key}`);
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}
