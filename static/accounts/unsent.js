/** Labels of a person that their browser holds and the server may not have. */

/**
 * @param {Record<string, unknown>} store the browser's
 * @param {string} person the pseudonym
 * @returns {number} how many clips have some
 */
export const unsent = (store, person) =>
  Object.keys(store).filter(
    (key) => key.startsWith(`workbench:${person}:draft:`) || key.startsWith(`workbench:${person}:answer:`),
  ).length;
