"""The rules for the stored form of a notebook: each fault is named, and what is in order passes."""

import base64
import io

import nbformat
import pytest
from PIL import Image

import tiny
from tools.notebooks import notebook_rules
from utils import figures


def faulty(**changes):
    made = tiny.notebook("print(1)", "print(2)")
    for number, cell in enumerate(made.cells[1:], 1):
        cell.execution_count = number
        cell.outputs = [nbformat.v4.new_output("stream", text=f"{number}\n")]
    cell = tiny.code(made, 0)
    for name, value in changes.items():
        if name == "text":
            cell.outputs[0].text = value
        elif name == "html":
            cell.outputs = [nbformat.v4.new_output("display_data", {"text/html": value})]
        elif name == "error":
            cell.outputs = [nbformat.v4.new_output("error", ename=value, evalue="", traceback=[])]
        elif name == "image":
            cell.outputs = [nbformat.v4.new_output("display_data", {value: "AAAA"})]
        elif name in ("tags", "slideshow"):
            cell.metadata[name] = value
        else:
            cell[name] = value
    return made


@pytest.mark.parametrize(("changes", "words"), [
    ({"execution_count": 3}, "execution count is 3, not 1"),
    ({"execution_count": None}, "execution count is None"),
    ({"source": ""}, "the cell is empty"),
    ({"source": "x = 1\n\n" * 26}, "26 lines of code"),
    ({"source": "# nbval-skip\nprint(1)"}, "a marker"),
    ({"source": "print(1)  # PYTEST_VALIDATE_IGNORE_OUTPUT"}, "a marker"),
    ({"source": "%pip install x"}, "%pip"),
    ({"source": "!pip install x"}, "!pip"),
    ({"source": "display.clear_output()"}, "clear_output"),
    ({"tags": ["raises-exception"]}, "tag 'raises-exception'"),
    ({"tags": ["NBVAL_IGNORE_OUTPUT"]}, "tag 'NBVAL_IGNORE_OUTPUT'"),
    ({"slideshow": {}}, "no slide mark"),
    ({"slideshow": {"slide_type": "-"}}, "no slide mark"),
    ({"error": "ValueError"}, "an error is stored: ValueError"),
    ({"text": "<object at 0x7f3a5c1d2e80>"}, "a memory address"),
    ({"text": "read /home/somebody/x.csv"}, "an absolute path"),
    ({"text": "in (/tmp/x)"}, "an absolute path"),
    ({"text": r"C:\Users\x"}, "an absolute path"),
    ({"text": "lib/python3.11/site-packages/keras"}, "an absolute path"),
    ({"text": "12 ms/step"}, "a time per step"),
    ({"text": "1s/epoch"}, "a time per step"),
    ({"html": "<b>at 0x7f3a5c1d2e80</b>"}, "a memory address"),
    ({"image": "image/jpeg"}, "image/jpeg"),
    ({"image": "image/png"}, "cannot be read as PNG"),
    ({"id": "tiny-2"}, "2 cells have the id tiny-2"),
    ({"id": "not a valid id!"}, "not valid nbformat")])
def test_a_fault_of_the_stored_form_is_named(changes, words):
    found = notebook_rules.complaints(faulty(**changes))
    assert any(words in sentence for sentence in found), found


@pytest.mark.parametrize("changes", [
    {}, {"text": "d y(t)/d x(t+5), /k/ and /home"}, {"text": "https://example.org/home/x"},
    {"text": "0xff and 0x10"}, {"tags": ["hide-input"]}, {"source": "x = 1\n\n" * 25},
    {"html": '<audio src="data:audio/wav;base64,AAAA+/etc/x0x7f3a5c1d2e80">'}])
def test_a_notebook_in_order_has_no_fault(changes):
    assert notebook_rules.complaints(faulty(**changes)) == []


def png(*frames, **settings):
    """Return the stored form of a picture whose frames show a bar of the given widths."""
    images, stream = [], io.BytesIO()
    for width in frames:
        image = Image.new("RGB", (80, 60), "white")
        image.paste((0, 0, 0), (0, 20, width, 40))
        images.append(image)
    settings = settings or ({"save_all": True, "append_images": images[1:], "loop": 0,
                             "duration": 500} if len(images) > 1 else {})
    images[0].save(stream, format="PNG", **settings)
    return base64.b64encode(stream.getvalue()).decode()


def pictured(encoded, alt="A bar that is black on white."):
    made = faulty()
    tiny.code(made, 0).outputs = [nbformat.v4.new_output(
        "display_data", {"image/png": encoded, "text/plain": f"Figure: {alt}"},
        metadata={"image/png": {"alt": alt}})]
    return made


@pytest.mark.parametrize("frames", [(10,), (10, 20), (10, 20, 10)])
def test_a_picture_in_order_has_no_fault(frames):
    assert notebook_rules.complaints(pictured(png(*frames))) == []


def still(*frames):
    """An animation whose frames are stored although they show the same."""
    return png(*frames, save_all=True, loop=0, duration=500, disposal=[0] + [1] * len(frames),
               append_images=[Image.open(io.BytesIO(base64.b64decode(png(f)))).convert("RGB")
                              for f in frames[1:]])


@pytest.mark.parametrize(("encoded", "limits", "words"), [
    (png(10), {"LARGEST_PICTURE": 100}, "a picture has 0 KB; 0 are allowed"),
    (png(10, 20), {"LARGEST_PICTURE": 100, "LARGEST_ANIMATION": 101}, "has 0 KB; 0 are allowed"),
    (png(0), {}, "a picture is empty"),
    (png(0, 10), {}, "an animation's first frame is empty"),
    (still(10, 10), {}, "an animation does not move")])
def test_a_fault_of_a_picture_is_named(monkeypatch, encoded, limits, words):
    for name, value in limits.items():
        monkeypatch.setattr(notebook_rules, name, value)
    found = notebook_rules.complaints(pictured(encoded))
    assert len(found) == 1 and words in found[0], found


def test_an_animation_may_be_larger_than_a_picture(monkeypatch):
    monkeypatch.setattr(notebook_rules, "LARGEST_PICTURE", 100)
    assert notebook_rules.complaints(pictured(png(10, 20))) == []
    assert notebook_rules.LARGEST_ANIMATION == figures.LARGEST_ANIMATION


def test_the_plain_text_of_a_picture_is_its_alt_text():
    made = pictured(png(10))
    tiny.code(made, 0).outputs[0].data["text/plain"] = "Figure: another text than the alt text."
    assert "differs from 'Figure: '" in notebook_rules.complaints(made)[0]
