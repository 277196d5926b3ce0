// Runs before the first paint, so that a chosen theme does not flash. Without a choice the page follows the
// system, and the workbench is dark.
// biome-ignore lint/suspicious/noRedundantUseStrict: a classic script, so that it runs before the first paint
"use strict";

(() => {
  const root = document.documentElement;
  const key = root.dataset.themeKey || "theme";

  /** @returns {string | null} */
  const stored = () => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // storage is off: follow the default
    }
  };

  const apply = () => {
    const choice = stored() ?? root.dataset.themeDefault;
    if (choice === "light" || choice === "dark") root.dataset.theme = choice;
    else delete root.dataset.theme;
  };

  apply();
  addEventListener("storage", (event) => {
    if (event.key === key) apply();
  });
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-toggle-theme]") : null;
    if (!button) return;
    const dark = root.dataset.theme
      ? root.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    try {
      localStorage.setItem(key, dark ? "light" : "dark");
    } catch {
      root.dataset.theme = dark ? "light" : "dark";
      return;
    }
    apply();
  });
})();
