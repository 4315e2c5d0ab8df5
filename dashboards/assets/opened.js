/* What a reader opened stays open when its page is drawn anew (a row more, another width): its
   successor is opened, and has the focus if the focus was in it. */
(function () {
  "use strict";
  var LONGEST = 3000, wanted = [], focus = null;

  /* Which disclosure of a page this is, whatever figures it shows. */
  function nameOf(node) {
    var tile = node.closest("[data-kpi]"), summary = node.querySelector("summary");
    return [tile ? tile.dataset.kpi : "", node.className, node.dataset.key ||
      (summary ? summary.textContent.replace(/\d+/g, "") : "")].join("|");
  }
  function controls(node) { return Array.from(node.querySelectorAll("summary, a, button, input")); }

  function note(page, gone) {
    if (!gone.querySelectorAll) { return; }
    var nodes = Array.from(gone.querySelectorAll("details[open]"));
    if (gone.matches("details[open]")) { nodes.push(gone); }
    nodes.forEach(function (node) {
      wanted.push({ page: page, name: nameOf(node), until: Date.now() + LONGEST,
        at: node.contains(focus) ? controls(node).indexOf(focus) : -1 });
    });
  }
  function reopened(want) {
    var node = Array.from(want.page.querySelectorAll("details:not([open])")).find(function (one) {
      return nameOf(one) === want.name;
    });
    if (!node) { return Date.now() > want.until; }
    node.open = true;
    if (want.at >= 0 && document.activeElement === document.body) {
      (controls(node)[want.at] || node.querySelector("summary")).focus();
    }
    return true;
  }

  document.addEventListener("focusin", function (event) { focus = event.target; });
  /* Another address is another question: its menus begin closed. */
  window.addEventListener("popstate", function () {
    wanted = [];
    document.querySelectorAll("details.pop[open]").forEach(function (node) { node.open = false; });
  });
  new MutationObserver(function (changes) {
    changes.forEach(function (change) {
      var page = change.removedNodes.length && change.target.closest(".page");
      if (page) { change.removedNodes.forEach(function (gone) { note(page, gone); }); }
    });
    if (wanted.length) { wanted = wanted.filter(function (want) { return !reopened(want); }); }
  }).observe(document.body, { childList: true, subtree: true });
})();
