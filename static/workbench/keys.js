/**
 * Which key does what. A chord is written "Ctrl+Shift+Z", "ArrowLeft", "Space", "?". Each person may give actions
 * other keys, or turn the single keys off; that is kept in the browser.
 *
 * @typedef {{ id: string, keys: string[], group: "play" | "segments" | "boxes" | "clip" }} Action
 * @typedef {{ single: boolean, keys: Record<string, string> }} Preferences
 * @typedef {Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">} KeyPress
 */

/** @type {Action[]} */
export const ACTIONS = [
  { id: "play", keys: ["Space"], group: "play" },
  { id: "back", keys: ["ArrowLeft"], group: "play" },
  { id: "forward", keys: ["ArrowRight"], group: "play" },
  { id: "back10", keys: ["Shift+ArrowLeft"], group: "play" },
  { id: "forward10", keys: ["Shift+ArrowRight"], group: "play" },
  { id: "first", keys: ["Home"], group: "play" },
  { id: "last", keys: ["End"], group: "play" },
  { id: "reverse", keys: ["J"], group: "play" },
  { id: "pause", keys: ["K"], group: "play" },
  { id: "faster", keys: ["L"], group: "play" },
  { id: "segmentIn", keys: ["I"], group: "segments" },
  { id: "segmentOut", keys: ["O"], group: "segments" },
  { id: "box", keys: ["B"], group: "boxes" },
  { id: "hide", keys: ["M"], group: "boxes" },
  { id: "keyframe", keys: ["N"], group: "boxes" },
  { id: "outside", keys: ["X"], group: "boxes" },
  { id: "occluded", keys: ["Q"], group: "boxes" },
  { id: "previousKeyframe", keys: ["["], group: "boxes" },
  { id: "nextKeyframe", keys: ["]"], group: "boxes" },
  { id: "nudge", keys: ["Alt+ArrowLeft", "Alt+ArrowRight", "Alt+ArrowUp", "Alt+ArrowDown"], group: "boxes" },
  {
    id: "resize",
    keys: ["Alt+Shift+ArrowLeft", "Alt+Shift+ArrowRight", "Alt+Shift+ArrowUp", "Alt+Shift+ArrowDown"],
    group: "boxes",
  },
  { id: "nextItem", keys: ["T"], group: "boxes" },
  { id: "remove", keys: ["Delete", "Backspace"], group: "boxes" },
  { id: "label", keys: ["1", "2", "3", "4", "5", "6", "7", "8", "9"], group: "clip" },
  { id: "flag", keys: ["F"], group: "clip" },
  { id: "skip", keys: ["S"], group: "clip" },
  { id: "undo", keys: ["Ctrl+Z"], group: "clip" },
  { id: "redo", keys: ["Ctrl+Shift+Z", "Ctrl+Y"], group: "clip" },
  { id: "submit", keys: ["Ctrl+Enter"], group: "clip" },
  { id: "extend", keys: ["E"], group: "clip" },
  { id: "deselect", keys: ["Escape"], group: "clip" },
  { id: "confirm", keys: ["Enter"], group: "clip" },
  { id: "help", keys: ["?"], group: "clip" },
];

/** Keys that cannot be reassigned: an action has several of them, or every dialog uses them. */
const FIXED = new Set(["label", "nudge", "resize", "deselect", "confirm"]);
/** What an action was called when a person may have given it another key. */
const FORMERLY = new Map([["missedFace", "hide"]]);
export const canRemap = (/** @type {string} */ id) => !FIXED.has(id);

/** @type {Preferences} */
export const DEFAULTS = { single: true, keys: {} };

const MODIFIERS = new Set([
  "Control",
  "Shift",
  "Alt",
  "Meta",
  "AltGraph",
  "CapsLock",
  "Dead",
  "Process",
  "Unidentified",
]);
/** The character of each key on a US keyboard, for layouts that cannot type it directly. */
const BY_CODE = new Map([
  ["BracketLeft", "["],
  ["BracketRight", "]"],
  ["Slash", "/"],
]);

/**
 * The chords that a key press may stand for, best first: by the character it types, then by its position on the
 * keyboard (so that letters work on a Devanagari layout, and digits on a French one).
 *
 * @param {KeyPress} press
 * @returns {string[]}
 */
export function chordsOf(press) {
  if (MODIFIERS.has(press.key)) return [];
  const printable = press.key.length === 1;
  const letter = printable && press.key.toLowerCase() !== press.key.toUpperCase();
  /** @type {string[]} */
  const names = [];
  if (press.key === " ") names.push("Space");
  else if (press.key.charCodeAt(0) < 128) names.push(printable ? press.key.toUpperCase() : press.key);
  const place = /^(?:Key|Digit|Numpad)([A-Z0-9])$/.exec(press.code)?.[1] ?? BY_CODE.get(press.code);
  const typesLatin = letter && names.length > 0;
  if (place && !typesLatin && !names.includes(place)) names.push(place);
  return names.map((name) => {
    const symbol = name.length === 1 && !/[A-Z0-9]/.test(name);
    const parts = [];
    if ((press.ctrlKey || press.metaKey) && !(symbol && press.altKey)) parts.push("Ctrl");
    if (press.altKey && !(symbol && press.ctrlKey)) parts.push("Alt");
    if (press.shiftKey && !symbol && !/^[0-9]$/.test(name)) parts.push("Shift");
    return [...parts, name].join("+");
  });
}

/**
 * Whether speech input or an accidental key press can trigger a chord: a character without a modifier other than
 * Shift (WCAG 2.1.4).
 *
 * @param {string} chord
 */
export const isSingle = (chord) => /^(?:Shift\+)?(?:.|Space)$/.test(chord);

/**
 * @param {string} id
 * @param {Preferences} preferences
 * @returns {string[]}
 */
export function keysOf(id, preferences) {
  const own = preferences.keys[id];
  if (own !== undefined && canRemap(id)) return [own];
  return ACTIONS.find((action) => action.id === id)?.keys ?? [];
}

/**
 * @param {KeyPress} press
 * @param {Preferences} preferences
 * @returns {{ id: string, chord: string } | null}
 */
export function actionOf(press, preferences) {
  for (const chord of chordsOf(press)) {
    if (!preferences.single && isSingle(chord)) continue;
    const action = ACTIONS.find(({ id }) => keysOf(id, preferences).includes(chord));
    if (action) return { id: action.id, chord };
  }
  return null;
}

/**
 * Gives an action another key.
 *
 * @param {Preferences} preferences
 * @param {string} id
 * @param {string} chord
 * @returns {{ preferences: Preferences, takenBy: null } | { preferences: Preferences, takenBy: string }} unchanged
 *   preferences and the id of the action that has the key already, when it is taken
 */
export function remap(preferences, id, chord) {
  const taken = ACTIONS.find((other) => other.id !== id && keysOf(other.id, preferences).includes(chord));
  if (taken) return { preferences, takenBy: taken.id };
  return { preferences: { ...preferences, keys: { ...preferences.keys, [id]: chord } }, takenBy: null };
}

/**
 * @param {string | null} stored
 * @returns {Preferences}
 */
export function readPreferences(stored) {
  try {
    const value = JSON.parse(stored ?? "null");
    if (typeof value?.single !== "boolean" || typeof value.keys !== "object" || value.keys === null)
      return DEFAULTS;
    const known = Object.entries(value.keys)
      .map(([id, chord]) => [FORMERLY.get(id) ?? id, chord])
      .filter(([id, chord]) => typeof chord === "string" && ACTIONS.some((action) => action.id === id));
    return { single: value.single, keys: /** @type {Record<string, string>} */ (Object.fromEntries(known)) };
  } catch {
    return DEFAULTS;
  }
}
