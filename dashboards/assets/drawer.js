/* The drawer of a page: opened by buttons with data-open, its form sent to the server, closed by
   Esc with the focus given back. The server checks rights and values of everything sent. */
(function () {
  "use strict";
  var opener = null, count = 0, inside = null;
  var moved = {}, held = null, asking = 0;

  function setProps(id, props) {
    if (window.dash_clientside && window.dash_clientside.set_props) {
      window.dash_clientside.set_props(id, props);
    }
  }
  function pageId() {
    var page = document.querySelector(".page:not([hidden])");
    return page ? page.id.slice(5) : null;
  }
  function place() { return document.getElementById("drawer-" + pageId()); }
  function shown() {
    var box = place();
    return box ? box.querySelector(".side-drawer") : null;
  }
  function send(form, step, values) {
    count += 1;
    setProps("sent-" + pageId(), { data: { form: form, step: step, values: values, n: count } });
  }

  function close() {
    if (!shown()) { return; }
    setProps("drawer-" + pageId(), { children: null });
    var form = opener && opener.form;
    var back = opener && (opens(opener.node, form) ? opener.node : openerOf(form));
    opener = null;
    if (back) { back.focus(); stay(back, form, Date.now() + 5000); }
  }
  function opens(node, form) { return node.isConnected && node.dataset.open === form; }
  function openerOf(form) {
    return document.querySelector('.page:not([hidden]) [data-open="' + CSS.escape(form) + '"]');
  }
  /* What was sent draws the page anew a moment later: the focus goes on to the button's successor. */
  function stay(node, form, until) {
    var at = document.activeElement;
    if (Date.now() > until || (at !== node && at !== document.body)) { return; }
    var next = opens(node, form) ? node : openerOf(form);
    if (next && next !== node) { next.focus(); }
    window.setTimeout(function () { stay(next || node, form, until); }, 50);
  }

  /* Native inputs, made from what the server says of them. */
  function fill(box) {
    box.querySelectorAll("[data-input]").forEach(function (slot) {
      if (slot.muster === slot.dataset.input && slot.firstChild) { return; }
      slot.muster = slot.dataset.input;
      var wanted = JSON.parse(slot.dataset.input);
      var live = Boolean(slot.closest("form[data-live]"));
      var input = document.createElement("input");
      Object.keys(wanted).forEach(function (name) {
        if (name === "checked") { input.checked = true; }
        else { input.setAttribute(name, wanted[name] === true ? "" : String(wanted[name])); }
      });
      input.className = "f-input";
      if (live && wanted.name in moved) { input.value = moved[wanted.name]; }
      slot.replaceChildren(input);
      if (live) { said(input); }
      if (live && wanted.name === held) { input.focus(); }
    });
  }

  /* The value of a slider beside its label, as it is moved. */
  function said(input) {
    var field = input.type === "range" && input.closest(".f-field");
    var shows = field && field.querySelector(".f-value");
    if (shows) {
      var unit = shows.dataset.unit;
      var words = input.value + (unit ? " " + unit : "");
      if (shows.textContent !== words) { shows.textContent = words; }
      input.setAttribute("aria-valuetext", words);
    }
  }
  /* A live form is asked again a moment after a change. Its answer draws it anew: what was moved
     meanwhile, and the slider in hand, stay. */
  document.addEventListener("input", function (event) {
    if (!event.target.closest("form[data-live]")) { return; }
    held = event.target.name;
    moved[held] = event.target.value;
    said(event.target);
  });
  document.addEventListener("change", function (event) {
    if (!event.target.closest("form[data-live]")) { return; }
    window.clearTimeout(asking);
    asking = window.setTimeout(function () {
      var form = document.querySelector(".side-drawer form[data-live]");
      if (form) { form.requestSubmit(); }
    }, 120);
  });
  document.addEventListener("focusin", function (event) {
    if (event.target.closest("form[data-live]")) { held = event.target.name || null; }
  });

  function arrived(box) {
    fill(box);
    var drawer = box.querySelector(".side-drawer");
    if (!drawer) { inside = null; return; }
    drawer.querySelectorAll("button[type=submit]").forEach(function (node) {
      node.disabled = false;
    });
    var form = drawer.querySelector("form");
    var mark = (form ? form.dataset.hidden + form.dataset.step : "") +
      (drawer.querySelector("[role=alert],[role=status]") || { textContent: "" }).textContent +
      drawer.querySelector("h2").textContent;
    if (mark === inside) { return; }
    inside = mark;
    var wrong = drawer.querySelector("[aria-invalid=true]") ||
      drawer.querySelector("form[data-step=check] .f-input") || drawer.querySelector("h2");
    wrong.focus();
    if (drawer.dataset.done) {
      setProps("tick-" + pageId(), { n_intervals: Date.now() % 1000000000 });
    }
  }
  /* The places are put in the page by Dash; each is watched once. */
  window.setInterval(function () {
    document.querySelectorAll(".drawer-place").forEach(function (box) {
      if (box.muster) { return; }
      box.muster = true;
      new MutationObserver(function () { arrived(box); }).observe(
        box, { childList: true, subtree: true, attributes: true,
               attributeFilter: ["data-input", "data-hidden", "data-done"] });
      arrived(box);
    });
  }, 300);

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-open]");
    if (button) {
      event.preventDefault();
      opener = { node: button, form: button.dataset.open };
      inside = null;
      moved = {};
      held = null;
      send(button.dataset.open, "open", JSON.parse(button.dataset.args || "{}"));
    }
    if (event.target.closest("[data-act=close-drawer]")) { close(); }
  });

  document.addEventListener("submit", function (event) {
    var form = event.target.closest("form[data-form]");
    if (!form) { return; }
    event.preventDefault();
    var values = JSON.parse(form.dataset.hidden || "{}");
    new FormData(form).forEach(function (value, name) { values[name] = String(value); });
    var button = form.querySelector("button[type=submit]");
    button.disabled = true;
    window.setTimeout(function () { button.disabled = false; }, 8000);
    send(form.dataset.form, form.dataset.step, values);
  });

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && shown() && !document.querySelector("details.pop[open]")) {
      event.preventDefault();
      close();
    }
  });
  var path = window.location.pathname;
  window.setInterval(function () {
    if (window.location.pathname !== path) {
      path = window.location.pathname;
      document.querySelectorAll(".drawer-place").forEach(function (box) {
        if (box.firstChild) { setProps(box.id, { children: null }); }
      });
      opener = null;
    }
  }, 200);
})();
