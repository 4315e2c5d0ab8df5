/* What a page asks of the server first is asked as soon as its address is known, while the scripts
   that will ask for it are still on their way. Each answer is handed out once, to the very question
   that it answers; any other question goes to the server as always. */
(function () {
  "use strict";
  var PAGES = { "/me": "agent", "/team": "team", "/centre": "manager", "/desk": "desk",
    "/planning": "planning", "/forecast": "forecast", "/requests": "requests",
    "/targets": "targets", "/data": "data", "/admin": "admin" };
  var KEPT_MS = 20000;
  var plainFetch = window.fetch;
  var root = document.documentElement;
  var asked = {};

  function look() {
    return root.dataset.scheme + (window.innerWidth < 768 ? " narrow" : "");
  }
  window.muster = { PAGES: PAGES, look: look };

  function ask(key, address, options) {
    asked[key] = plainFetch.call(window, address, options);
    asked[key].catch(function () { delete asked[key]; });
    window.setTimeout(function () { delete asked[key]; }, KEPT_MS);
  }
  function take(key) {
    var found = asked[key];
    delete asked[key];
    return found;
  }

  /* The parts of a callback's question that its answer depends on; a timer's count is none. */
  function question(body) {
    var values = [body.output];
    (body.inputs || []).concat(body.state || []).forEach(function (one) {
      if (one.property !== "n_intervals") {
        values.push(one.id, one.value === undefined ? null : one.value);
      }
    });
    return JSON.stringify(values);
  }
  function keyOf(resource, options) {
    var address = typeof resource === "string" ? resource : "";
    if (address.indexOf("/_dash-layout") >= 0) { return "layout"; }
    if (address.indexOf("/_dash-dependencies") >= 0) { return "dependencies"; }
    if (address.indexOf("/_dash-update-component") < 0 || !options) { return ""; }
    try { return question(JSON.parse(options.body)); } catch (error) { return ""; }
  }
  window.fetch = function (resource, options) {
    var early = Object.keys(asked).length ? take(keyOf(resource, options)) : null;
    return early || plainFetch.call(window, resource, options);
  };

  var page = PAGES[window.location.pathname];
  if (!page) { return; }
  function part(name, property, value) {
    return value === undefined ? { id: name + "-" + page, property: property }
      : { id: name + "-" + page, property: property, value: value };
  }
  var body = {
    output: "..page-" + page + ".children...seen-" + page + ".data..",
    outputs: [part("page", "children"), part("seen", "data")],
    inputs: [part("view", "data", window.location.pathname + window.location.search),
      part("tick", "n_intervals", 0)],
    changedPropIds: ["view-" + page + ".data"],
    state: [{ id: "look", property: "data", value: look() }, part("seen", "data", null)]
  };
  ask(question(body), "/_dash-update-component", {
    method: "POST", credentials: "same-origin", body: JSON.stringify(body),
    headers: { "Accept": "application/json", "Content-Type": "application/json" }
  });
  ["layout", "dependencies"].forEach(function (name) {
    ask(name, "/_dash-" + name, {
      credentials: "same-origin",
      headers: { "Accept": "application/json", "Content-Type": "application/json" }
    });
  });
})();
