"""Settings of the web site for Sphinx; tools/publish/website.py brings the pages together."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))

from tools.notebooks import course  # noqa: E402  (the path above makes it importable)
from tools.publish import website  # noqa: E402

address = course.load(ROOT)
project = html_title = address["title"]
author = project_copyright = ""
html_show_copyright = html_show_sphinx = False
language = "en"

# githubpages: without its empty file GitHub leaves out every folder that begins with a low line.
extensions = ["myst_nb", "sphinx.ext.mathjax", "sphinx.ext.githubpages"]
nb_execution_mode = "off"
nb_merge_streams = True
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 4
myst_heading_slug_func = "tools.publish.website.anchor"
suppress_warnings = ["mystnb.unknown_mime_type"]

html_theme = "sphinx_book_theme"
html_static_path = [str(website.MATHJAX), "static"]
html_css_files = ["course.css"]
html_js_files = ["course.js"]
mathjax_path = website.MATHJAX.name
html_show_sourcelink = False
# Summaries of what was found are fetched, which a browser forbids to a page opened from disk.
html_show_search_summary = False
html_context = {"default_mode": "auto"}
html_theme_options = {
    "repository_url": f"https://github.com/{address['repository']}",
    "repository_branch": address["version"],
    "use_repository_button": True,
    "use_issues_button": True,
    "use_edit_page_button": True,
    "use_download_button": True,
    "launch_buttons": {"colab_url": "https://colab.research.google.com"},
    "path_to_docs": "",
    "navbar_persistent": [],
    "show_toc_level": 2,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
