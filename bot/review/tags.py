"""Small pieces of HTML: everything that is text goes through `escape` here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape


def tag(name: str, *inner: str, **attributes: str | None) -> str:
    """An element. `inner` is HTML; attributes are text, `class_` is `class`, None leaves one out."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{given}>{''.join(inner)}</{name}>"


def text(words: object) -> str:
    return escape(str(words), quote=False)


def listed(items: Iterable[str], **attributes: str | None) -> str:
    """A list of HTML items; nothing when there are none."""
    rows = [tag("li", item) for item in items]
    return tag("ul", *rows, **attributes) if rows else ""


def place(unit: str) -> str:
    """The id of a unit's section on the page."""
    return unit.replace("/", "--").replace(".", "-")


def link(unit: str, words: str) -> str:
    return tag("a", text(words), href=f"#{place(unit)}")


STYLE = """
:root{--ink:#17212b;--soft:#4a5661;--line:#c9d1d8;--paper:#fff;--ground:#f3f5f6;--bubble:#e7f0ea;--warn:#8a3a06;--link:#0b4a8f}
*{box-sizing:border-box}
html{font:17px/1.5 system-ui,-apple-system,"Segoe UI","Noto Sans",sans-serif;color:var(--ink);background:var(--ground)}
body{margin:0 auto;padding:1rem;max-width:62rem;overflow-wrap:anywhere}
h1{font-size:1.7rem;line-height:1.25}h2{font-size:1.4rem;margin:2.5rem 0 .6rem;
border-bottom:3px solid var(--line);padding-bottom:.2rem}
h3{font-size:1.1rem;margin:0 0 .15rem}h4{font-size:.95rem;margin:1rem 0 .2rem}
a{color:var(--link)}a:focus{outline:3px solid #b35c00;outline-offset:2px}
article{background:var(--paper);border:1px solid var(--line);border-radius:6px;padding:1rem;margin:0 0 1.1rem}
article:target{border-color:#b35c00;box-shadow:0 0 0 2px #b35c00}
.id{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.85rem;color:var(--soft);margin:0 0 .6rem}
.said{list-style:none;margin:0;padding:0;max-width:30rem}
.said li{background:var(--bubble);border-radius:10px;padding:.55rem .8rem;margin:0 0 .5rem;white-space:pre-line;
unicode-bidi:plaintext}
.more{font-size:.93rem}.more ul{margin:.1rem 0;padding-inline-start:1.2rem}
.waits{color:var(--warn);font-weight:600}.quiet{color:var(--soft)}
dl{margin:.3rem 0}dt{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.85rem;color:var(--soft)}
dd{margin:0 0 .6rem;white-space:pre-line}
nav ul{columns:15rem;padding-inline-start:1.2rem}.top{font-size:.85rem}
@media(prefers-color-scheme:dark){:root{--ink:#e8ecef;--soft:#b3bdc6;--line:#45505a;
--paper:#1d252c;--ground:#141a1f;--bubble:#24382c;--warn:#ffb27d;--link:#9cc7ff}}
@media print{article{break-inside:avoid}.top{display:none}}
"""


def page(lang: str, title: str, *inner: str) -> str:
    """A whole page that loads nothing from elsewhere and runs nothing."""
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    )
    style = tag("style", STYLE)
    body = tag("body", *inner)
    return f'<!doctype html>\n<html lang="{escape(lang)}"><head>{head}{tag("title", text(title))}{style}</head>\n{body}</html>\n'
