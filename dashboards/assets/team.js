/* Clocks of the board run on between two answers, and stand still when the data are old. */
(function () {
  "use strict";
  var root = document.documentElement;

  function two(count) { return (count < 10 ? "0" : "") + count; }

  function stopwatch(seconds) {
    var hours = Math.floor(seconds / 3600), rest = seconds % 3600;
    return (hours ? hours + ":" : "") + two(Math.floor(rest / 60)) + ":" + two(rest % 60);
  }

  function run() {
    if (root.matches(".stale, .very-stale, .lost")) { return; }
    document.querySelectorAll("[data-out-s]").forEach(function (node) {
      var told = node.dataset.outS;
      if (!node.muster || node.muster.told !== told) {
        node.muster = { told: told, heard: Date.now() };
      }
      var gone = Math.floor((Date.now() - node.muster.heard) / 1000);
      var words = stopwatch(Number(told) + gone);
      if (node.firstChild && node.firstChild.nodeValue !== words) {
        node.firstChild.nodeValue = words;
      }
    });
  }
  window.setInterval(run, 1000);
}());
