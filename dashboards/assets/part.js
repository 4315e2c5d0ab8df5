/* A part of a page: plain elements as the server tells them, [tag, attributes or 0, inside ...].
   To Dash it is one component; React changes only what differs when the part is told anew. */
(function () {
  "use strict";
  function made(node, key) {
    if (!Array.isArray(node)) { return node; }
    var attributes = node[1] || {}, seen = {};
    if (key) { attributes = Object.assign({ key: key }, attributes); }
    return window.React.createElement.apply(null, [node[0], attributes].concat(
      node.slice(2).map(function (child) { return made(child, keyOf(child, seen)); })));
  }
  /* A button that opens a drawer stays itself when others come or go beside it, with its focus. */
  function keyOf(child, seen) {
    var name = Array.isArray(child) && child[1] && child[1]["data-open"];
    if (!name) { return ""; }
    seen[name] = (seen[name] || 0) + 1;
    return name + " " + seen[name];
  }
  window.muster.Part = function (props) { return made(props.tree); };
})();
