/* Clocks of the board run on between two answers, and stand still when the data are old. */
(function () {
  "use strict";
  var root = document.documentElement;

  function two(count) { return (count < 10 ? "0" : "") + count; }

  function stopwatch(seconds) {
    var hours = Math.floor(seconds / 3600), rest = seconds % 3600;
    return (hours ? hours + ":" : "") + two(Math.floor(rest / 60)) + ":" + two(rest % 60);
  }

  /* The product's now, as the header told it and the time since then. */
  function now() {
    var node = document.querySelector(".page:not([hidden]) [data-age-at]");
    if (!node || !node.muster) { return null; }
    return Number(node.dataset.ageAt) + Number(node.dataset.age) +
      (Date.now() - node.muster.heard) / 1000;
  }

  function run() {
    var at = root.matches(".stale, .very-stale, .lost") ? null : now();
    if (at === null) { return; }
    document.querySelectorAll("[data-out-at]").forEach(function (node) {
      var words = stopwatch(Math.max(0, Math.floor(at - Number(node.dataset.outAt))));
      if (node.firstChild && node.firstChild.nodeValue !== words) {
        node.firstChild.nodeValue = words;
      }
    });
  }
  window.setInterval(run, 1000);
}());
