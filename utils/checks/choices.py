"""An exercise that asks for one choice for each of several things, such as the bug of each loop."""

from dataclasses import KW_ONLY, dataclass

from utils.checks.kinds import Choice, Turn, cause, not_yet, stub, wrong
from utils.checks.values import described


@dataclass(frozen=True)
class Choices(Turn):
    """A dict with a choice for each of several things.

    Args:
        name: see Turn.
        answer: {thing: right option}, such as {"a": "sign", "b": "shape"}.
        options: every option, those too that are right nowhere.
        right: see Turn.
        wrong: {thing: cause}, or {thing: {option: cause}} where wrong options have different
            causes.
        otherwise: see Turn.
    """

    answer: dict
    _: KW_ONLY
    options: tuple

    def judge(self, answer):
        """Return the Verdict on a student's answer; while a choice is left open, it is none."""
        left = [key for key, value in answer.items() if stub(value)] if isinstance(
            answer, dict) else []
        if 0 < len(left) < len(answer):
            return not_yet(f"Replace the three dots of {', '.join(map(str, left))}.")
        return super().judge(answer)

    def verdict(self, answer):
        """Return the Verdict on an answer that is no stub."""
        if not isinstance(answer, dict) or set(answer) != set(self.answer):
            return wrong(f"Give a dict with the keys {', '.join(self.answer)}; got "
                         f"{described(answer)}.")
        options = sorted(map(Choice.option, self.options))
        for key, expected in self.answer.items():
            given = Choice.option(answer[key])
            if given not in options:
                return wrong(f"For {key}, answer with {', '.join(options[:-1])} or "
                             f"{options[-1]}; got {described(answer[key])}.")
            if given != Choice.option(expected):
                return wrong(cause(self.causes(key)[given]))
        return self.passed()

    def causes(self, key):
        """Return {wrong option: cause} for one of the things."""
        told, expected = self.wrong[key], Choice.option(self.answer[key])
        others = [option for option in map(Choice.option, self.options) if option != expected]
        if isinstance(told, str):
            return dict.fromkeys(others, told)
        return {Choice.option(option): text for option, text in told.items()}

    def texts(self):
        """Return every text that the author wrote for a student."""
        told = [text for entry in self.wrong.values()
                for text in (entry.values() if isinstance(entry, dict) else [entry])]
        return [self.right, self.otherwise, *told]

    def faults(self):
        """Return what is wrong with the options and the causes of the definition."""
        options = [Choice.option(option) for option in self.options]
        found = [f"{key}: its right option is none of the options"
                 for key, option in self.answer.items() if Choice.option(option) not in options]
        found += ["an option stands twice"] * (len(set(options)) < len(options))
        found += [f"{key}: no cause is told" for key in self.answer if key not in self.wrong]
        found += [f"{key}: a cause, but no such thing to choose for" for key in self.wrong
                  if key not in self.answer]
        for key in set(self.answer) & set(self.wrong):
            missing = set(options) - {Choice.option(self.answer[key])} - set(self.causes(key))
            found += [f"{key}: no cause is told for {option}" for option in sorted(missing)]
        return found
