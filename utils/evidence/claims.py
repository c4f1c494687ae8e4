"""The ledger: every claim of the lecture unit, and the verdict that a lesson's experiment gave it.

`data/claims.toml` lists the claims. A notebook of the evidence calls `judge` once for each claim of
its lesson; its stored outputs are the only place where verdicts live, and every table is read from
there.
"""

import functools
import json
import re
import tomllib

from utils import environment, validate

VERDICTS = {"true": "true", "partly": "true with a caveat", "false": "false"}
VERDICT_LINE = re.compile(r"^Claim (?P<id>\d\.\d+): (?P<verdict>true with a caveat|true|false)\. "
                          r"Measured: (?P<evidence>.+)$", re.MULTILINE)
LESSONS = {
    1: ("01_rnn_types", "What an RNN is, and the types of RNN"),
    2: ("02_bptt", "Backpropagation through time"),
    3: ("03_gradient_problems", "Vanishing and exploding gradients"),
    4: ("04_lstm", "LSTM"),
    5: ("05_gru", "GRU"),
    6: ("06_bidirectional_rnn", "Bidirectional RNN"),
    7: ("07_seq2seq", "Encoder-decoder"),
    8: ("08_word2vec", "Word embeddings and word2vec"),
}
_judged = {}


@functools.cache
def load():
    """Return all claims as {id: {"statement", "expected", "correct"}}, in the unit's order.

    `expected` is what the literature says ("true", "partly" or "false"); `correct` is the
    statement that holds instead, present where `expected` is not "true".
    """
    with open(environment.ROOT / "data" / "claims.toml", "rb") as file:
        return tomllib.load(file)


def of_lesson(lesson):
    """Return the claims of one lesson as {id: claim}.

    Args:
        lesson: its number, 1 to 8.

    Raises:
        InputError: no such lesson.
    """
    validate.whole_number("lesson", lesson, 1, len(LESSONS))
    return {key: claim for key, claim in load().items() if key.split(".")[0] == str(lesson)}


def judge(claim_id, verdict, evidence):
    """Give a claim its verdict and show it.

    Args:
        claim_id: id in `data/claims.toml`, such as "3.4".
        verdict: "true", "partly" or "false".
        evidence: what was measured, on one line, with at least one number in it. A number that
            may differ between machines starts with the sign for 'about'.

    Raises:
        InputError: unknown id or verdict, or evidence without a number.
    """
    from IPython.display import display
    validate.one_of("claim_id", claim_id, load())
    validate.one_of("verdict", verdict, VERDICTS)
    validate.text("evidence", evidence)
    if not re.search(r"\d", evidence) or "\n" in evidence:
        raise validate.InputError("evidence must be one line with the figure that was measured; "
                                  f"got {evidence!r}.")
    claim = load()[claim_id]
    _judged[claim_id] = (verdict, evidence)
    lines = [(f"Claim {claim_id}: {VERDICTS[verdict]}.", f"Measured: {evidence}"),
             ("The notes say:", claim["statement"])]
    if verdict != "true" and "correct" in claim:
        lines.append(("Correct is:", claim["correct"]))
    plain = "\n".join(f"{label} {text}" for label, text in lines)
    markdown = "> " + "  \n> ".join(f"**{label}** {text}" for label, text in lines)
    display({"text/plain": plain, "text/markdown": markdown}, raw=True)


def table(lesson):
    """Show the verdicts that a lesson has given, and fail if one of its claims has none.

    Args:
        lesson: its number, 1 to 8.

    Raises:
        InputError: no such lesson, or a claim without a verdict.
    """
    from IPython.display import display
    claims = of_lesson(lesson)
    open_claims = [key for key in claims if key not in _judged]
    if open_claims:
        raise validate.InputError(f"Lesson {lesson} has claims without a verdict: "
                                  f"{', '.join(open_claims)}; call claims.judge for each.")
    rows = [(key, claim["statement"], VERDICTS[_judged[key][0]], _judged[key][1])
            for key, claim in claims.items()]
    plain = "\n".join(f"{key:5} {verdict:19} {statement}" for key, statement, verdict, _ in rows)
    display({"text/plain": plain, "text/markdown": markdown_table(rows)}, raw=True)


def markdown_table(rows):
    """Return rows of (id, statement, verdict, evidence) as a Markdown table."""
    head = "| claim | the notes say | verdict | measured |\n|---|---|---|---|\n"
    return head + "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"
                            for row in rows)


def verdicts_in(notebook):
    """Read the verdicts that a stored notebook holds.

    Args:
        notebook: path of an .ipynb file.

    Returns:
        List of (id, verdict as shown, evidence), in the order of the notebook, repeats included.
    """
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    found = []
    for cell in cells:
        for output in cell.get("outputs", []):
            plain = "".join(output.get("data", {}).get("text/plain", ""))
            found += [(match["id"], match["verdict"], match["evidence"])
                      for match in VERDICT_LINE.finditer(plain)]
    return found


def verdict_table(folder=None):
    """Return all stored verdicts of the evidence as a Markdown table, one row a claim.

    Behind a claim that is not simply true stands what is correct.

    Args:
        folder: where the notebooks are; by default the course's own folder.
    """
    def told(key, verdict):
        claim = load()[key]
        correct = verdict != VERDICTS["true"] and claim.get("correct")
        return claim["statement"] + (f" **Correct is:** {correct}" if correct else "")

    return markdown_table([(key, told(key, verdict), verdict, evidence)
                           for key, verdict, evidence in verdicts(folder)])


def verdicts(folder=None):
    """Return all stored verdicts as `verdicts_in` does, in the unit's order.

    Args:
        folder: where the notebooks are; by default the course's own folder.
    """
    folder = folder or environment.ROOT / "notebooks" / "evidence"
    found = [row for path in sorted(folder.glob("*[0-9]_*.ipynb")) for row in verdicts_in(path)]
    return sorted(found, key=lambda row: list(load()).index(row[0]))
