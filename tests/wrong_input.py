"""What every helper must do with wrong input: refuse it in one sentence."""

import pytest

from utils.validate import InputError


def answer_to(call):
    """Return the sentence with which a helper refuses what `call` passes to it."""
    with pytest.raises(InputError) as caught:
        call()
    message = str(caught.value)
    assert "\n" not in message
    return message
