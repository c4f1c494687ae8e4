import dataclasses

import pytest

from utils.checks.declare import Choices

BUGS = Choices("99.1", {"a": "sign", "b": "shape"}, options=("sign", "shape", "order"),
               right="Notice that both still run.",
               wrong={"a": "Look at what a subtracts.",
                      "b": {"sign": "Nothing is subtracted in b.",
                            "order": "b sums before it cuts"}})


@pytest.mark.parametrize(("answer", "state", "words"), [
    ({"a": "sign", "b": "shape"}, "right", "Notice"),
    ({"a": " Sign)", "b": "SHAPE"}, "right", "Notice"),
    ({"b": "shape", "a": "sign"}, "right", "Notice"),
    (..., "not yet", "three dots"), ({"a": ..., "b": ...}, "not yet", "three dots"),
    ({"a": "sign", "b": ...}, "not yet", "dots of b"),
    ({"a": "...", "b": "shape"}, "not yet", "dots of a"),
    ({"a": "order", "b": "shape"}, "wrong", "what a subtracts"),
    ({"a": "shape", "b": "shape"}, "wrong", "what a subtracts"),
    ({"a": "sign", "b": "sign"}, "wrong", "Nothing is subtracted in b."),
    ({"a": "sign", "b": "order"}, "wrong", "It looks as if b sums before it cuts."),
    ({"a": "sign", "b": "colour"}, "wrong", "For b, answer with order, shape or sign"),
    ({"a": "sign", "b": 3}, "wrong", "For b, answer with order, shape or sign; got 3"),
    ({"a": "sign"}, "wrong", "keys a, b"), ("sign", "wrong", "keys a, b"),
    ({"a": "sign", "b": "shape", "c": "sign"}, "wrong", "keys a, b"),
    (["sign", "shape"], "wrong", "keys a, b")])
def test_each_choice_is_told_its_own_cause(answer, state, words):
    verdict = BUGS.judge(answer)
    assert verdict.state == state and words in verdict.text and verdict.known


def test_the_definition_itself_is_in_order():
    assert BUGS.complaints() == []


@pytest.mark.parametrize(("change", "words"), [
    ({"answer": {"a": "colour", "b": "shape"}}, "a: its right option is none"),
    ({"options": ("sign", "shape", "order", "Sign)")}, "an option stands twice"),
    ({"wrong": {"a": "Look."}}, "b: no cause is told"),
    ({"wrong": BUGS.wrong | {"c": "Look."}}, "c: a cause, but no such thing"),
    ({"wrong": BUGS.wrong | {"b": {"sign": "No."}}}, "b: no cause is told for order"),
    ({"wrong": BUGS.wrong | {"a": "No. " * 60}}, "a text has 240 characters"),
    ({"right": "Notice"}, "what to notice is no sentence")])
def test_a_fault_of_the_definition_is_named(change, words):
    found = dataclasses.replace(BUGS, **change).complaints()
    assert len(found) == 1 and words in found[0]
