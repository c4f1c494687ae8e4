"""Write executed lessons as pages that open without a network, formulas included.

nbconvert's own pages load MathJax from the net. Here every formula is set as MathML, which
browsers draw themselves, and no script is left in the page.
"""

import html
import re

import latex2mathml.converter
from jinja2 import pass_context
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from tools.notebooks import folding

# nbconvert's page without its scripts, with our style, with the alt text of each picture, and with
# the source of folded cells behind their title.
TEMPLATE = """{%- extends 'index.html.j2' -%}
{%- block html_head_js -%}{%- endblock -%}
{%- block html_head_js_mathjax -%}{%- endblock -%}
{%- block html_head_js_mermaidjs -%}{%- endblock -%}
{%- block jupyter_widgets -%}{%- endblock -%}
{%- block body_header -%}
<body class="jp-Notebook" data-jp-theme-light="true" data-jp-theme-name="JupyterLab Light">
{{ resources.get("navigation", "") }}
<main>
{%- endblock -%}
{%- block data_widget_view scoped -%}
<div class="jp-OutputArea-output"><p>{{ output.data["text/plain"] | escape_html }}</p></div>
{%- endblock -%}
{%- block data_png scoped -%}
<div class="jp-RenderedImage jp-OutputArea-output" tabindex="0">
<img alt="{{ output | get_metadata('alt', 'image/png') | escape_html }}"
 src="data:image/png;base64,{{ output.data['image/png'] | replace('\\n', '') }}">
</div>
{%- endblock -%}
{%- block input_group scoped -%}
{%- if cell | folded_title -%}
<details class="folded"><summary>{{ cell | folded_title | escape_html }}</summary>
{{ super() }}
</details>
{%- else -%}
{{ super() }}
{%- endif -%}
{%- endblock -%}
{%- block html_head_css -%}
<style>
main { max-width: 60rem; margin: 0 auto; padding: 0 1rem; }
.jp-RenderedHTMLCommon { font-size: 16px; line-height: 1.6; }
.jp-RenderedHTMLCommon table { margin-left: 0; text-align: left; }
.jp-RenderedHTMLCommon td, .jp-RenderedHTMLCommon th { text-align: left; vertical-align: top; }
.jp-RenderedHTMLCommon img, .jp-OutputArea-output img { max-width: 100%; height: auto; }
math[display="block"] { margin: 0.8em 0; overflow: auto hidden; }
math { font-size: 1.1em; }
.jp-OutputArea-output pre { white-space: pre-wrap; overflow-wrap: anywhere; }
.jp-OutputArea-output pre span[style] { color: inherit !important; }
.folded > summary { cursor: pointer; padding: 0.3em 0; color: #4a5662;
  margin-left: calc(var(--jp-cell-prompt-width) + 8px); }
.jp-InputArea-editor { overflow: auto hidden; }
.jp-OutputPrompt, .jp-InputPrompt { color: #4a5662 !important; opacity: 1 !important; }
.highlight .c1, .highlight .c, .highlight .sd { color: #566068; }
.highlight .o, .highlight .ow { color: #7a1fa2; }
.highlight .mi, .highlight .mf { color: #00614a; }
.highlight .s1, .highlight .s2, .highlight .sa, .highlight .si, .highlight .se { color: #8a3200; }
.highlight .nb, .highlight .bp, .highlight .ne { color: #005c73; }
.highlight .k, .highlight .kn, .highlight .kc { color: #0a4f9e; font-weight: 600; }
</style>
{{ resources.get("head", "") }}
{%- endblock -%}
"""

# TeX sets a thin space between a function such as ln and its neighbours; MathML needs it said.
FUNCTION = r"<mi>(?:ln|log|exp|tanh|sin|cos|max|min|arg)</mi>"
BEFORE = re.compile(rf"(?<=</m[in]>)(?={FUNCTION})|(?<=</msu[bp]>)(?={FUNCTION})")
BEHIND = re.compile(rf"(?<!<msup>)(?<!<msub>)(?<!<msubsup>)({FUNCTION})(?=<m[in]>|<msu[bp])")
# What is left of a formula that could not be set.
UNSET = re.compile(r"<merror|<m(?:[io]|text)\b[^>]*>\\[^<]*")
SPACE = '<mspace width="0.167em"/>'


def mathml(formula, display):
    """Return TeX as MathML, with the TeX itself as its label for readers that need text."""
    text = latex2mathml.converter.convert(formula.strip(), display=display)
    text = BEFORE.sub(SPACE, BEHIND.sub(rf"\1{SPACE}", text))
    label = html.escape(formula.strip())
    return text.replace("<math ", f'<math aria-label="{label}" ', 1)


def without_dead_links(markup, known):
    """Return a page whose links to files that are not there are plain text.

    Args:
        markup: HTML.
        known: names of the files that a link may lead to.
    """
    return re.sub(r'<a href="(?!https?:|#)([^"#]*)[^"]*"[^>]*>(.*?)</a>',
                  lambda m: m[0] if m[1] in known else m[2], markup, flags=re.DOTALL)


def name_of(path):
    """Return the name of a notebook's page; all pages stand in one folder.

    Args:
        path: of a lesson or of a notebook of the evidence.
    """
    before = "evidence_" if path.parent.name == "evidence" else ""
    return f"{before}{path.stem}.html"


def with_names(markup, path):
    """Return a page whose links to other notebooks, behind the navigation, lead to their pages.

    Args:
        markup: HTML.
        path: of the notebook that the page shows.
    """
    before, main, markup = markup.rpartition("<main>")
    if path.parent.name == "evidence":
        markup = re.sub(r'href="(?=\d\d_\w+\.html)', 'href="evidence_', markup)
        markup = re.sub(r'href="\.\./(?=\d\d_\w+\.html)', 'href="', markup)
    else:
        markup = re.sub(r'href="evidence/(?=\d\d_\w+\.html)', 'href="evidence_', markup)
    return before + main + markup


class Renderer(IPythonRenderer):
    """Markdown with formulas as MathML, and links from page to page."""

    def link(self, text, url, title=None):
        """Link to another lesson's page instead of its notebook."""
        if "://" not in url and url.partition("#")[0].endswith(".ipynb"):
            url = url.replace(".ipynb", ".html")
        return super().link(text, url, title)

    def image(self, text, url, title=None):
        """Show a picture that the cell carries; name one that would have to be fetched."""
        if "://" in url:
            return html.escape(text)
        return super().image(text, url, title)

    def block_math(self, body):
        """Set a formula on its own line."""
        return mathml(body, "block")

    def inline_math(self, body):
        """Set a formula inside a line."""
        return mathml(body, "inline")

    def latex_environment(self, name, body):
        """Set an environment such as `align`."""
        return mathml(f"\\begin{{{name}}}{body}\\end{{{name}}}", "block")


def markdown(source, attachments=None):
    """Return Markdown as HTML with its formulas as MathML."""
    renderer = Renderer(escape=False, attachments=attachments, anchor_link_text="\u00b6")
    return MarkdownWithMath(renderer=renderer).render(source)


class Exporter(HTMLExporter):
    """A page without scripts and without addresses to load from."""

    def default_filters(self):
        """Yield nbconvert's filters, and the title of a folded cell."""
        yield from super().default_filters()
        yield "folded_title", folding.folded_title

    @pass_context
    def markdown2html(self, context, source):
        """Convert Markdown of a cell or of an output."""
        return markdown(source, context.get("cell", {}).get("attachments"))


def page(notebook, title, navigation="", head=""):
    """Return an executed notebook as HTML.

    Args:
        notebook: NotebookNode with outputs.
        title: of the page.
        navigation: HTML that stands before the notebook.
        head: HTML that stands at the end of the page's head.
    """
    exporter = Exporter(template_name="lab", raw_template=TEMPLATE)
    resources = {"metadata": {"name": title}, "navigation": navigation, "head": head}
    return exporter.from_notebook_node(notebook, resources)[0]


def index(title, rows, verdicts):
    """Return the list of lessons as a page.

    Args:
        title: of the course.
        rows: list of (file name, lesson's title, line about the run).
        verdicts: verdict table in Markdown, or "" if none was given.
    """
    items = "\n".join(f'<li><a href="{html.escape(name)}">{html.escape(lesson)}</a> '
                      f"<small>{html.escape(line)}</small></li>" for name, lesson, line in rows)
    table = f"<h2>Verdicts</h2>\n{markdown(verdicts)}" if verdicts else ""
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font: 16px/1.6 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto;
  padding: 0 1rem; }}
table {{ border-collapse: collapse; }}
td, th {{ border-bottom: 1px solid #ccc; padding: 0.3em 0.6em; text-align: left;
  vertical-align: top; }}
small {{ color: #555; }}
</style></head><body><main>
<h1>{html.escape(title)}</h1>
<ul>
{items}
</ul>
{table}
</main></body></html>
"""
