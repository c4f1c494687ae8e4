"""Make a page that a student or an instructor opens from disk; it can run nothing and ask nothing.

The policy in its head forbids scripts, forms, frames and every address: only the page's own style
and pictures inside the page are left. Its text is put together with `Markup(...).format(...)`,
which escapes whatever it is given.
"""

import base64
import hashlib

from markupsafe import Markup

STYLE = ("body{font:18px/1.5 sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}"
         "td,th{text-align:left;vertical-align:top;padding:.3rem .8rem .3rem 0}"
         "td{overflow-wrap:anywhere}"
         "pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f4f4f4;padding:.6rem}"
         "figure{margin:1rem 0}img{max-width:100%}")
POLICY = ("default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; style-src "
          f"'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'")
PAGE = Markup("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{}">
<title>{}</title>
<style>{}</style>
<h1>{}</h1>
{}
</html>
""")
TABLE = Markup("<table>\n<tr>{}</tr>\n{}\n</table>")
HEAD, CELL, ROW = Markup("<th>{}</th>"), Markup('<td dir="auto">{}</td>'), Markup("<tr>{}</tr>")


def page(title, body):
    """Return a whole page.

    Args:
        title: a text.
        body: Markup; any other text is escaped.
    """
    return str(PAGE.format(POLICY, title, Markup(STYLE), title, body))


def table(head, rows):
    """Return a table as Markup.

    Args:
        head: texts, one a column.
        rows: lists of as many values.
    """
    lines = (ROW.format(Markup("").join(CELL.format(value) for value in row)) for row in rows)
    return TABLE.format(Markup("").join(HEAD.format(name) for name in head),
                        Markup("\n").join(lines))
