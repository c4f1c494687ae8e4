"""Put fonts inside a page: only the characters that it uses, so that it looks alike everywhere.

The fonts come out of installed packages. A page that carries its fonts has the same line breaks on
every machine; what the tests measure here then holds in the lecture hall.
"""

import base64
import functools
import importlib.util
import io
import logging
import string
from pathlib import Path

SOURCE_SANS = "_static/revealjs/dist/theme/fonts/source-sans-pro/source-sans-pro-"
DEJAVU = "mpl-data/fonts/ttf/DejaVuSans"
# name: (family, weight, style, package, file)
FACES = {
    "sans": ("Course Sans", 400, "normal", "sphinx_revealjs", f"{SOURCE_SANS}regular.ttf"),
    "bold": ("Course Sans", 600, "normal", "sphinx_revealjs", f"{SOURCE_SANS}semibold.ttf"),
    "italic": ("Course Sans", 400, "italic", "sphinx_revealjs", f"{SOURCE_SANS}italic.ttf"),
    "mono": ("Course Mono", 400, "normal", "matplotlib", f"{DEJAVU}Mono.ttf"),
    "mono bold": ("Course Mono", 600, "normal", "matplotlib", f"{DEJAVU}Mono-Bold.ttf"),
    "math": ("Course Math", 400, "normal", "ziamath", "fonts/STIXTwoMath-Regular.ttf"),
    "spare": ("Course Spare", 400, "normal", "matplotlib", f"{DEJAVU}.ttf"),
}
# Formulas are few characters, but their letters are drawn italic: those have places of their own.
ITALIC_LETTERS = "".join(map(chr, range(0x1D434, 0x1D468))) + "\u210e"
ITALIC_GREEK = "".join(map(chr, range(0x1D6E2, 0x1D71C)))


def folder(package):
    """Return the folder of an installed package without importing it.

    Raises:
        LookupError: the package is not installed; the message says how to install it.
    """
    found = importlib.util.find_spec(package)
    if found is None:
        raise LookupError(f"The package {package} is missing; install it with "
                          "'pip install -r requirements-dev.txt', or call make, which does so.")
    return Path(found.submodule_search_locations[0])


@functools.cache
def font(name):
    """Return one of FACES, opened by fontTools, to measure with."""
    from fontTools.ttLib import TTFont
    _, _, _, package, file = FACES[name]
    return TTFont(folder(package) / file)


@functools.cache
def advances(name):
    """Return the width of every character of a font, in parts of the type size."""
    metrics, unit = font(name)["hmtx"], font(name)["head"].unitsPerEm
    return {chr(code): metrics[glyph][0] / unit for code, glyph in font(name).getBestCmap().items()}


def width(text, size, name="sans"):
    """Return how many pixels a line of text takes at a type size."""
    table = advances(name)
    return size * sum(table.get(character, 0.6) for character in text)


@functools.cache
def part(name, characters):
    """Return a font with these characters alone, as WOFF bytes."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    _, _, _, package, file = FACES[name]
    made = TTFont(folder(package) / file, recalcTimestamp=False)
    options = Options(hinting=False, notdef_outline=True, glyph_names=False)
    options.drop_tables += ["FFTM", "DSIG", "webf"]
    subsetter = Subsetter(options)
    subsetter.populate(text=characters)
    subsetter.subset(made)
    made.flavor = "woff"
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def face(name, characters):
    """Return a CSS rule that holds a font with these characters."""
    family, weight, style, _, _ = FACES[name]
    data = base64.b64encode(part(name, "".join(sorted(characters)))).decode("ascii")
    return (f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-style: {style}; '
            f"src: url(data:font/woff;base64,{data}) format('woff'); }}\n")


def css(text, formulas=True):
    """Return CSS rules with the fonts for a page.

    Args:
        text: all characters that the page shows.
        formulas: whether it sets formulas.
    """
    wanted = set(text) | set(string.printable) - set("\t\n\r\x0b\x0c")
    rules = []
    for name in ("sans", "bold", "italic", "mono", "mono bold"):
        rules.append(face(name, wanted & set(advances(name))))
    if missing := (wanted - set(advances("sans"))) & set(advances("spare")):
        rules.append(face("spare", missing))
    if formulas:
        shown = wanted | set(ITALIC_LETTERS + ITALIC_GREEK)
        rules.append(face("math", shown & set(advances("math"))))
    return "".join(rules)
