"""Make harmless what comes from students, before it is stored, shown or handed to nbgrader.

A page of a Jupyter server may do all that its owner may do, and Formgrader puts the text of a
notebook into such a page as it is. So nothing of a student's goes there unless it went through
here. Each function keeps what it knows to be harmless and turns all else into text to be read.
"""

import hashlib
import html
import re
import unicodedata

import nh3
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath, import_plugin

LONGEST_MARKDOWN = 10_000           # characters; a longer text is shown as it was typed
LONGEST_TEXT = 100_000
LONGEST_NAME = 100                  # bytes; a file name may have 255, some of them nbgrader's

TAGS = {"blockquote", "br", "code", "dd", "del", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4",
        "h5", "h6", "hr", "li", "ol", "p", "pre", "strong", "table", "tbody", "td", "th", "thead",
        "tr", "ul"}
LINKS = ("link", "auto_link", "auto_email", "inline_html", "block_html", "raw_html", "ref_link")
PICTURE = re.compile(r"(data:[^,\s]{0,100},)[A-Za-z0-9+/=%]{60,}|attachment:")
LIKE = str.maketrans("<>&[]`$\\*_#!|~", "‹›＆［］‘＄＼∗＿＃！∣～")
LEFT_OUT = "(A picture is left out here; it is in the file that was handed in.)"
CUT = "(The rest is left out here; it is in the file that was handed in.)"

# What a formula may hold and still be drawn by MathJax: none of these can make a link, name a
# style, load an extension or define anything.
COMMANDS = frozenset(re.findall("[A-Za-z]+", """
    alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi
    rho sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi
    Psi Omega nabla partial infty ell hbar emptyset sum prod int lim max min arg argmax argmin sup
    inf exp log ln sin cos tan sinh cosh tanh det dim ker Pr frac tfrac dfrac sqrt binom times cdot
    div pm mp odot otimes oplus circ ast star bullet cdots ldots dots vdots ddots leq le geq ge neq
    ne approx equiv sim simeq propto ll gg in notin ni subset subseteq supset cup cap setminus
    forall exists neg land lor mid parallel to gets mapsto rightarrow leftarrow leftrightarrow
    Rightarrow Leftarrow Leftrightarrow implies iff uparrow downarrow left right big Big bigg Bigg
    bigl bigr Bigl Bigr langle rangle lvert rvert lVert rVert lfloor rfloor lceil rceil vert Vert
    hat widehat bar overline underline tilde widetilde vec dot ddot overrightarrow overleftarrow
    overbrace underbrace mathbf mathrm mathit mathsf mathtt mathcal mathbb boldsymbol operatorname
    text textbf textit textrm quad qquad prime top bot limits nolimits displaystyle textstyle begin
    end"""))
ENVIRONMENTS = frozenset(("align", "align*", "aligned", "array", "bmatrix", "cases", "equation",
                          "equation*", "gather", "gather*", "matrix", "pmatrix", "split"))


def text(value, longest=LONGEST_TEXT):
    """Return a text of several lines in which every character can be seen.

    Args:
        value: the text; anything else is turned into one.
        longest: characters; what is behind them gives way to a sentence.

    Control characters, marks that turn the direction of writing and halves of characters become
    their number, such as ⟨U+202E⟩. Joiners stay: some languages and most emoji need them.
    """
    value = re.sub(r"\r\n?", "\n", str(value))
    if len(value) > longest:
        value = f"{value[:longest]}\n{CUT}"
    return "".join(character if visible(character) else f"⟨U+{ord(character):04X}⟩"
                   for character in value)


def visible(character):
    """Tell whether a character is seen, or a line's end, a tab or a joiner."""
    return character in "\n\t\u200c\u200d" or unicodedata.category(character) not in (
        "Cc", "Cf", "Cs", "Zl", "Zp")


def line(value, longest=LONGEST_TEXT):
    """Return a text as one line of at most `longest` characters, all of which can be seen."""
    value = text(" ".join(str(value)[:LONGEST_TEXT].split()))
    return value if len(value) <= longest else f"{value[:longest - 4]} ..."


def identifier(name):
    """Return a name for a file and for nbgrader, whose pages do not escape names.

    Args:
        name: what names a student, in any characters.

    It holds letters, digits, spaces and _ . @ - alone, begins like a word, and is not long. Where
    that changed the name, a few digits of its checksum follow, so that two names stay two.
    """
    kept = "".join(c if unicodedata.category(c)[0] in "LMN" or c in " _.@-" else "_"
                   for c in name).strip(" .")
    if kept[:1] in ("", "-", "@") or unicodedata.category(kept[0])[0] == "M":
        kept = f"_{kept}"
    cut = kept.encode()[:LONGEST_NAME].decode(errors="ignore")
    if cut == name:
        return cut
    digest = hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:8]
    return f"{cut.rstrip(' .')}-{digest}"


def cell(value):
    """Return a value for a table that a spreadsheet opens: nothing in it is a formula.

    Some spreadsheets split at a semicolon, so what follows one is looked at as well.
    """
    if not isinstance(value, str):
        return value
    return re.sub(r"(^|;)(\s*)(?=[=+\-@＝＋－＠])", r"\1\2'", line(value))


def spoken(value):
    """Return a text as one line for a place that reads Markdown and HTML, where it does nothing.

    What begins a tag, a link, a formula or an entity gives way to a sign that looks like it.
    """
    return line(value, LONGEST_TEXT).translate(LIKE)


class Renderer(IPythonRenderer):
    """Markdown as HTML, code without colours."""

    def block_code(self, code, info=None):
        """Return a block of code."""
        return f"<pre>{self.escape_html(code)}</pre>\n"


def markdown(value):
    """Return a student's Markdown as Markdown of ours that shows the same and can do nothing.

    Args:
        value: the text, with any HTML, links, pictures and formulas in it.

    Returns:
        One line that every Markdown reader takes for a block of HTML: the tags in `TAGS` without
        attributes, but for our own around them. HTML, links and pictures are seen as they were
        typed. Formulas are for MathJax to draw if all their commands are in `COMMANDS`, and
        otherwise seen as they were typed.
    """
    left_out = PICTURE.search(str(value)) is not None
    value = text(PICTURE.sub(lambda found: f"{found[1]}..." if found[1] else found[0], str(value)))
    try:
        made = rendered(value) if len(value) <= LONGEST_MARKDOWN else preformatted(value)
    except Exception:              # no text of one student may stop the marking of the others
        made = preformatted(value)
    made = nh3.clean(made + (f"<p>{LEFT_OUT}</p>" if left_out else ""), tags=TAGS, attributes={})
    # Markdown takes signs away, so a command may stand in what is shown and not in what was typed.
    shown = html.unescape(nh3.clean(made, tags=set()))
    ignored = ("" if harmless_formulas(value) and harmless_formulas(shown)
               else ' class="tex2jax_ignore mathjax_ignore"')
    # Markdown readers look for formulas first, wherever they stand; browsers see no difference.
    return f"<div{ignored}>{made}</div>".replace("$", "&#36;").replace("\\", "&#92;") \
        .replace("\n", "&#10;")


def rendered(value):
    """Return Markdown as HTML; what would make a link, a picture or HTML stays as it was typed."""
    plugins = [import_plugin(name) for name in ("def_list", "strikethrough", "table")]
    parser = MarkdownWithMath(Renderer(escape=True, exclude_anchor_links=True), plugins=plugins)
    for rules in (parser.block.rules, parser.inline.rules):
        rules[:] = [rule for rule in rules if rule not in LINKS]
    return parser.render(value)


def preformatted(value):
    """Return a text as HTML that shows it as it was typed."""
    return f"<pre>{nh3.clean_text(value)}</pre>"


def harmless_formulas(value):
    """Tell whether MathJax may look for formulas in a text, wherever it finds them."""
    commands = re.findall(r"\\([A-Za-z]+)", value)
    environments = re.findall(r"\\(?:begin|end)\s*\{([a-z*]*)\}", value)
    return COMMANDS.issuperset(commands) and ENVIRONMENTS.issuperset(environments) \
        and len(environments) == commands.count("begin") + commands.count("end")
