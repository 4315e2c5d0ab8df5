/* Routing of the address to its page, freshness, keys, scheme, drawer and answers of the server.
   It holds no data and decides no rights: the server checks every request by itself. */
(function () {
  "use strict";
  var root = document.documentElement;
  var PAGES = window.muster.PAGES, look = window.muster.look;

  /* The first chart of a page loads this; a page is read before charts are drawn on it. Dash would
     set the address of the whole library there, three times as large. */
  var CHARTS = "/assets/vendor/plotly-cartesian.min.js";
  Object.defineProperty(window, "_dashPlotlyJSURL", {
    get: function () { return CHARTS; }, set: function () { return; }
  });

  function setProps(id, props) {
    if (window.dash_clientside && window.dash_clientside.set_props) {
      window.dash_clientside.set_props(id, props);
    }
  }

  var routed = {}; /* what was set last */
  var every = {}; /* after how many seconds a page is asked for again */
  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    muster: {
      /* For each page: [view, hidden]; last: whether the address is no page. What stays as it is is
         not set again: each property set makes Dash look at every component. */
      route: function (pathname, search, shown, order) {
        var skip = window.dash_clientside.no_update;
        every = Object.fromEntries(order);
        if (!shown) { return order.flatMap(function () { return [skip, skip]; }).concat(skip); }
        var page = PAGES[pathname] || null;
        var out = [];
        function set(name, value, first) {
          var stays = (name in routed ? routed[name] : first) === value;
          routed[name] = value;
          out.push(stays ? skip : value);
        }
        order.forEach(function (one) {
          var mine = one[0] === page;
          out.push(mine ? pathname + (search || "") : skip);
          set("page-" + one[0], !mine, true);
        });
        set("unknown", page !== null, true);
        return out;
      },
      look: function (_id) { return look(); }
    }
  });

  var lastLook = null;
  window.addEventListener("resize", function () {
    if (lastLook !== look()) { lastLook = look(); setProps("look", { data: lastLook }); }
  });

  function currentPage() { return PAGES[window.location.pathname] || null; }

  /* --- what the server answered ------------------------------------------------------------ */
  var plainFetch = window.fetch;
  var failures = 0, ticks = 0;
  var waiting = {}, answeredAt = {}; /* by page: questions without an answer, and when the last came */
  function pageAsked(options) {
    var found = options && /"output":"\.\.page-(\w+)\.children/.exec(options.body);
    return found ? found[1] : "";
  }
  window.fetch = function (resource, options) {
    var address = typeof resource === "string" ? resource : resource.url;
    if (address.indexOf("_dash-update-component") < 0) {
      return plainFetch.call(window, resource, options);
    }
    var page = pageAsked(options);
    function answered(status) {
      waiting[page] -= 1;
      answeredAt[page] = Date.now();
      heard(status);
    }
    waiting[page] = (waiting[page] || 0) + 1;
    return plainFetch.call(window, resource, options).then(function (answer) {
      answered(answer.status);
      return answer;
    }, function (error) {
      answered(0);
      throw error;
    });
  };
  /* A page is asked for anew some seconds after its last answer: a question before that would make
     Dash throw the answer away that is on its way. */
  window.setInterval(function () {
    var page = currentPage();
    if (!every[page] || waiting[page] || document.hidden || !answeredAt[page] ||
        Date.now() - answeredAt[page] < every[page] * 1000) { return; }
    ticks += 1;
    setProps("tick-" + page, { n_intervals: ticks });
  }, 250);
  function heard(status) {
    if (status === 401) {
      window.location.assign("/login?next=" +
        encodeURIComponent(window.location.pathname + window.location.search));
    }
    failures = status >= 200 && status < 400 ? 0 : failures + 1;
    root.classList.toggle("lost", failures > 0 && (status === 0 || status >= 500));
    root.classList.toggle("refused", status === 400 || status === 403 || status === 404);
  }

  /* --- freshness: an honest age between two answers ------------------------------------------ */
  function ages() {
    document.querySelectorAll("[data-age-at]").forEach(function (node) {
      if (!node.muster || node.muster.text !== node.dataset.ageAt + node.dataset.age) {
        node.muster = { text: node.dataset.ageAt + node.dataset.age, heard: Date.now() };
      }
      var age = Number(node.dataset.age) + Math.floor((Date.now() - node.muster.heard) / 1000);
      var words = age < 120 ? age + " s" : age < 7200 ? Math.floor(age / 60) + " min"
        : age < 172800 ? Math.floor(age / 3600) + " h" : Math.floor(age / 86400) + " d";
      var slot = node.querySelector(".age");
      if (slot && slot.textContent !== words) { slot.textContent = words; }
      node.classList.toggle("is-stale", age > 60);
      var live = node.dataset.live === "yes";
      root.classList.toggle("stale", live && age > 60 && age <= 300);
      root.classList.toggle("very-stale", live && age > 300);
    });
    if (!document.querySelector("[data-age-at]")) { root.classList.remove("stale", "very-stale"); }
  }
  window.setInterval(ages, 1000);

  /* --- clicks and keys ----------------------------------------------------------------------- */
  function toggleScheme() {
    var next = root.dataset.scheme === "dark" ? "light" : "dark";
    root.dataset.scheme = next;
    try { window.localStorage.setItem("muster-scheme", next); } catch (error) { /* private mode */ }
    lastLook = look();
    setProps("look", { data: lastLook });
  }
  function shut(except) {
    document.querySelectorAll("details.pop[open]").forEach(function (node) {
      if (node !== except && !node.contains(except)) { node.open = false; }
    });
  }
  /* Links between pages are real ones; followed here, they keep what is on screen. */
  function follow(event) {
    var link = event.target.closest("a[href]");
    if (!link || event.defaultPrevented || event.button !== 0 || event.ctrlKey ||
        event.metaKey || event.shiftKey || event.altKey || link.target) { return; }
    if (link.origin !== window.location.origin || !PAGES[link.pathname]) { return; }
    event.preventDefault();
    var away = link.pathname !== window.location.pathname;
    window.history.pushState({}, "", link.href);
    window.dispatchEvent(new PopStateEvent("popstate", { state: {} }));
    if (away) { window.scrollTo(0, 0); }
  }
  document.addEventListener("click", function (event) {
    follow(event);
    var act = event.target.closest("[data-act]");
    if (act && act.dataset.act === "scheme") { toggleScheme(); }
    if (act && act.dataset.act === "drawer") {
      var open = root.classList.toggle("drawer-open");
      act.setAttribute("aria-expanded", String(open));
    }
    if (act && act.dataset.act === "print") { window.print(); }
    shut(event.target.closest("details.pop") || event.target);
    if (event.target.closest(".drawer a, .tabs a")) { root.classList.remove("drawer-open"); }
  });

  var waitingForPage = false;
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) { return; }
    if (event.key === "Escape") {
      var open = document.querySelector("details.pop[open]");
      if (open) { open.open = false; open.querySelector("summary").focus(); }
      root.classList.remove("drawer-open");
      return;
    }
    if (event.target.closest("input, textarea, select, [contenteditable]")) { return; }
    var key = waitingForPage ? "g " + event.key : event.key;
    waitingForPage = event.key === "g" && !waitingForPage;
    var scope = event.target.closest(".tile, tr") || document;
    var found = scope.querySelector('[data-key="' + CSS.escape(key) + '"]') ||
      document.querySelector('.page:not([hidden]) [data-key="' + CSS.escape(key) + '"]');
    if (found && found.tagName === "DETAILS") {
      found.open = !found.open;
      found.querySelector("summary").focus();
      event.preventDefault();
    } else if (found) { found.click(); event.preventDefault(); }
  });

  /* The title of the page shown names its question's subject, for tabs and history. */
  window.setInterval(function () {
    var node = document.querySelector("#page-" + currentPage() + " [data-title]");
    if (node && document.title !== node.dataset.title) { document.title = node.dataset.title; }
  }, 500);
})();
