"""Plain pages of the door itself: sign-in, refusals, administration; they work without scripts."""

from __future__ import annotations

from collections.abc import Sequence

from flask import current_app, url_for
from markupsafe import Markup, escape

from wfm.domain.language import language_code, say

STYLE = """
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;min-height:100vh;display:flex;flex-direction:column;background:var(--page,#fff);
color:var(--ink,#16191d);font:15px/22px var(--font,system-ui,sans-serif);
font-feature-settings:"tnum","cv05"}
header{height:48px;display:flex;align-items:center;gap:24px;padding:0 16px;
border-bottom:1px solid var(--line,#e6e8eb)}
.mark{font-weight:650;letter-spacing:-.02em;font-size:16px;color:inherit;text-decoration:none;
display:flex;align-items:center;gap:8px}
.mark svg{display:block}
main{flex:1;display:flex;flex-direction:column}
.narrow{width:100%;max-width:392px;margin:clamp(24px,9vh,96px) auto 32px;padding:0 16px}
.wide{width:100%;max-width:1440px;margin:0 auto;padding:16px}
h1{font-size:24px;line-height:30px;font-weight:620;letter-spacing:-.02em;margin:0 0 4px}
h2{font-size:12.5px;line-height:28px;font-weight:620;margin:20px 0 0}
p{margin:0 0 16px;color:var(--second,#3d444b)}
label{display:block;font-size:12px;line-height:16px;color:var(--third,#5c636a);margin:0 0 4px}
input[type=text],input[type=password]{width:100%;height:40px;padding:0 12px;margin:0 0 14px;
border:1px solid var(--strong,#ced3d8);border-radius:5px;background:var(--page,#fff);
color:inherit;font:inherit}
button,.button{display:inline-flex;align-items:center;justify-content:center;height:40px;
padding:0 16px;border-radius:5px;border:1px solid var(--strong,#ced3d8);
background:var(--page,#fff);color:inherit;font:inherit;font-weight:550;cursor:pointer;
text-decoration:none}
button:hover,.button:hover{background:var(--raised,#f1f3f5)}
button.primary,.button.primary{width:100%;background:var(--ink,#16191d);
border-color:var(--ink,#16191d);color:var(--on-ink,#fff)}
button.primary:hover{opacity:.9}
:focus-visible{outline:2px solid var(--ink,#16191d);outline-offset:2px}
.roles{list-style:none;margin:0 0 24px;padding:0;border-top:1px solid var(--line,#e6e8eb)}
.roles li{border-bottom:1px solid var(--line,#e6e8eb)}
.roles button{width:100%;height:auto;min-height:64px;padding:10px 8px;border:0;border-radius:0;
justify-content:space-between;text-align:left;gap:16px}
.roles b{display:block;font-weight:620}
.roles span{display:block;font-weight:400;font-size:13px;line-height:18px;
color:var(--third,#5c636a)}
.notice{border-left:3px solid var(--bad,#a3123f);padding:8px 12px;margin:0 0 16px;
background:var(--ground,#f8f9fa);color:var(--bad,#a3123f)}
.narrow h1{margin-bottom:12px}
.narrow h1+p:not(.notice){margin-top:-8px}
summary{cursor:pointer;font-size:13px;line-height:24px;color:var(--third,#5c636a);
margin:0 0 12px}
.code{font-size:12px;line-height:16px;color:var(--third,#5c636a);margin:0 0 8px}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:12px;line-height:16px}
th,td{text-align:left;height:28px;padding:0 5px;border-bottom:1px solid var(--line,#e6e8eb);
white-space:nowrap}
th{font-weight:500;font-size:11px;color:var(--third,#5c636a)}
td.n{text-align:right;font-variant-numeric:tabular-nums}
.tongues{display:flex;flex-wrap:wrap;gap:4px 16px;margin:24px 0 0}
.tongues button{height:28px;padding:0;border:0;font-size:13px;font-weight:400;
color:var(--third,#5c636a)}
.tongues button[aria-current]{font-weight:620;color:inherit}
.end{margin-left:auto;display:flex;align-items:center;gap:12px;font-size:13px}
.end button{height:28px;padding:0 10px;font-size:12px}
@media (prefers-reduced-motion:no-preference){button{transition:background .12s}}
@media (max-width:400px){.end .who{display:none}}
"""
MARK = Markup(
    '<svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" stroke="currentColor" '
    'stroke-width="2.4"><path d="M1 3.2h14M1 8h8.5M1 12.8h12"/></svg>'
)


def plain_page(title: str, body: Markup, *, end: Markup | None = None) -> str:
    """A whole page in the look of the dashboards, in the scheme that the reader chose."""
    return str(
        Markup(
            '<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width,initial-scale=1">'
            "<title>{title} · Muster</title>"
            '<link rel="icon" href="/_favicon.ico">{assets}<style>{style}</style></head><body>'
            '<header><a class="mark" href="/">{mark}Muster</a>{end}</header>'
            "<main>{body}</main></body></html>"
        ).format(
            lang=language_code(),
            title=title,
            assets=_assets(),
            style=Markup(STYLE),
            mark=MARK,
            end=end or "",
            body=body,
        )
    )


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> Markup:
    """A table; numbers stand to the right."""
    cells = Markup("").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(
                Markup('<td class="n">{}</td>').format(value)
                if isinstance(value, (int, float)) and not isinstance(value, bool)
                else Markup("<td>{}</td>").format("–" if value is None else value)
                for value in row
            )
        )
        for row in rows
    )
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(name) for name in heads)
    return Markup(
        '<div class="scroll"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
    ).format(head, cells)


def sign_out(name: str) -> Markup:
    """The right end of the header: who is signed in, and the way out."""
    return Markup(
        '<form class="end" method="post" action="/logout"><span class="who">{}</span>'
        "<button>{}</button></form>"
    ).format(escape(name), say("Sign out"))


def _assets() -> Markup:
    """Links to the dashboards' colours and scheme, once the dashboards are there."""
    found = [name for name in current_app.view_functions if name.endswith("dash_assets.static")]
    if not found:
        return Markup("")
    return Markup('<link rel="stylesheet" href="{}"><script src="{}"></script>').format(
        url_for(found[0], filename="tokens.css"), url_for(found[0], filename="scheme.js")
    )
