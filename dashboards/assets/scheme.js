/* Sets the colour scheme before the first paint: the stored choice, else the system's. */
(function () {
  var chosen = null;
  try { chosen = window.localStorage.getItem("muster-scheme"); } catch (error) { chosen = null; }
  var dark = window.matchMedia && window.matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.scheme = chosen || (dark ? "dark" : "light");
})();
