"""Wrong solutions of lesson 07 as people write them, and what each must be told."""

MIXED = "def mixed(given, own, coin):\n    "
ATTEND = """def attend(s, memory):
    fit = {}
    weights = np.exp(fit) / np.exp(fit).sum()
    found = {}
    return found, weights"""
NUMBERS = "numbers = corpora.sample_numbers(4000, 1, largest=9999)[0]\n"

WRONG = {
    "7.1": [
        ('right_rows = "a"', "it learns to copy"),
        ('right_rows = "c"', "at each other's place"),
        ('right_rows = "d"', "differ in length"),
    ],
    "7.2": [
        (MIXED + "return np.where(coin, own, given)", "not shifted"),
        (MIXED + "shifted = np.concatenate([own[:, :1], own[:, :-1]], axis=1)\n"
         "    return np.where(coin, shifted, given)", "first column must stay start"),
        (MIXED + "shifted = np.concatenate([given[:, :1], own[:, :-1]], axis=1)\n"
         "    return np.where(coin, given, shifted)", "the other way round"),
        (MIXED + "shifted = np.concatenate([own[:, 1:], given[:, -1:]], axis=1)\n"
         "    return np.where(coin, shifted, given)", "shifted the wrong way"),
        (MIXED + "return np.where(coin, np.roll(own, 1, axis=1), given)", "np.roll"),
        (MIXED + "return np.concatenate([given[:, :1], own[:, :-1]], axis=1)",
         "coin is not used"),
        (MIXED + "given[:, 1:] = np.where(coin[:, 1:], own[:, :-1], given[:, 1:])\n"
         "    return given", "changes its input given"),
    ],
    "7.3": [
        ("probability = 0.5 * 0.5", "greedy's way"),
        ("probability = 0.4 + 0.9", "multiplied, not added"),
        ("probability = 0.9", "second step alone"),
        ("probability = 0.1 * 1.0", "the way over C"),
        ("probability = np.log(0.4) + np.log(0.9)", "logarithm"),
        ("probability = max(0.5, 0.4, 0.1)", "first step of greedy"),
    ],
    "7.4": [
        (ATTEND.format("memory @ s", "memory.mean(axis=0)"), "plain mean"),
        (ATTEND.format("memory @ s", "memory.sum(axis=0)"), "without their weights"),
        (ATTEND.format("memory @ s", "memory[np.argmax(weights)]"), "Only the state that fits"),
        (ATTEND.format("memory @ s / np.sqrt(len(s))", "weights @ memory"), "root of the units"),
        (ATTEND.format("memory @ s", "weights[:, None] * memory"), "one row for each state"),
        (ATTEND.format("memory.sum(axis=1)", "weights @ memory"), "s is left out"),
    ],
    "7.5": [
        ("share = 0", "takes part"),
        ("share = 3 / 5", "share of the places"),
        ("share = 3 / (np.exp(2) + np.exp(0))", "all five places"),
        ("share = np.exp(0) / (np.exp(2) + 4 * np.exp(0))", "one padded place"),
        ("fit = np.array([2, 0, 0, 0, 0])\nweights = np.exp(fit) / np.exp(fit).sum()\n"
         "share = weights[1:].sum()", "counts the second word"),
        ("share = np.exp(2) / (np.exp(2) + 4)", "weight of the first word"),
    ],
    "7.6": [
        (NUMBERS + "score = 0.0", "None is right"),
        (NUMBERS + "score = 0.31", "On the way"),
        (NUMBERS + "score = 0.84", "few more epochs"),
        (NUMBERS + "score = 96.5", "in per cent"),
    ],
}
