"""Wrong solutions of lesson 03 as people write them, and what each must be told."""

OPENING = """x_order, y_order = tasks.temporal_order(4000, 40, rng=0)
x_order_new, y_order_new = tasks.temporal_order(1000, 40, rng=1)
"""
PATIENTS = "patients = {}\n"
COPYING = 'layers.SimpleRNN(48, activation="relu", recurrent_initializer="identity")'
OTHER = """irnn = keras.Sequential([layers.Input({}), {}, layers.Dense(1{})])
irnn.compile({}, "mse")"""
ADAM = "keras.optimizers.Adam(0.001, global_clipnorm=1.0)"
IRNN = """irnn = keras.Sequential([layers.Input((None, 3)), {}, layers.Dense(1)])
irnn.compile(keras.optimizers.Adam(0.001, global_clipnorm=1.0), "mse")"""

WRONG = {
    "3.1": [
        ("steps = int(np.log(0.01) / np.log(0.9))", "one step more"),
        ("steps = np.log(0.01) / np.log(0.9)", "A step is whole"),
        ("left, steps = 1.0, 0\nwhile left > 0.1:\n    left, steps = left * 0.9, steps + 1",
         "for 10 %"),
        ("steps = round(1 / 0.1)", "Nothing is subtracted"),
        ("left, steps = 1.0, 0\nwhile left > 0.01:\n    steps += 1\n    left = 0.9 ** (steps - 1)",
         "One step too many"),
        ("steps = int(np.log(0.01) / np.log(0.1))", "That takes 0.1"),
    ],
    "3.2": [
        ("def longest(U, steps):\n    return np.linalg.norm(U, 2) ** steps", "the bound"),
        ("def longest(U, steps):\n    return max(abs(np.linalg.eigvals(U))) ** steps",
         "largest eigenvalue"),
        ("def longest(U, steps):\n    return np.linalg.norm(U ** steps, 2)",
         "each number of the matrix"),
        ("def longest(U, steps):\n    A = np.eye(2)\n    for _ in range(steps):\n"
         "        A = A @ U.T\n    return np.linalg.norm(A)", "Without the 2"),
        ("def longest(U, steps):\n    A = np.eye(2)\n    for _ in range(1, steps):\n"
         "        A = A @ U.T\n    return np.linalg.norm(A, 2)", "one step less"),
        ("def longest(U, steps):\n    return np.linalg.svd(U.T, compute_uv=False)[0]",
         "one step"),
        ("def longest(U, steps):\n    A = np.linalg.matrix_power(U.T, steps)\n"
         "    return np.linalg.svd(A, compute_uv=False)[-1]", "smallest singular value"),
    ],
    "3.3": [
        (PATIENTS + 'answer = "a"', "1.3, step after step"),
        (PATIENTS + 'answer = "c"', "A sigmoid is flat"),
        (PATIENTS + 'answer = "d"', "inside the tanh are small"),
    ],
    "3.4": [
        ("def clip(g, c):\n    return g / np.linalg.norm(g) * c", "is lengthened"),
        ("def clip(g, c):\n    return np.minimum(np.maximum(g, -c), c)", "direction turns"),
        ("def clip(g, c):\n    size = np.linalg.norm(g)\n    return g / size if size > 1 else g",
         "length c"),
        ("def clip(g, c):\n    return g * max(1, c / np.linalg.norm(g))", "so min"),
        ("def clip(g, c):\n    return g * min(1, np.linalg.norm(g) / c)", "upside down"),
        ("def clip(g, c):\n    return g / min(1, c / np.linalg.norm(g))", "multiply"),
        ("def clip(g, c):\n    return g / max(1, c / np.linalg.norm(g))", "upside down"),
        ("def clip(g, c):\n    return np.minimum(g, c)", "negative ones not at all"),
        ("def clip(g, c):\n    return g * min(1, c / np.sum(g * g))", "square of the length"),
        ("def clip(g, c):\n    return g * min(1, c / max(abs(g)))", "largest number"),
        ("def clip(g, c):\n    return min(np.linalg.norm(g), c)", "the length alone"),
    ],
    "3.5": [
        (IRNN.format('layers.SimpleRNN(48, activation="relu", kernel_initializer="identity")'),
         "recurrent_initializer"),
        (IRNN.format('layers.SimpleRNN(48, recurrent_initializer="identity")'), "still tanh"),
        (IRNN.format('layers.SimpleRNN(48, activation="relu")'), "still orthogonal"),
        (IRNN.format('layers.SimpleRNN(48, activation="relu", recurrent_initializer="identity", '
                     'return_sequences=True)'), "at every step"),
        (IRNN.format('layers.SimpleRNN(64, activation="relu", recurrent_initializer="identity")'),
         "units=64"),
        ('irnn = keras.Sequential([layers.Input((None, 3)), layers.SimpleRNN(48, '
         'activation="relu", recurrent_initializer="identity"), layers.Dense(1)])', "not compiled"),
        (OTHER.format("(50, 3)", COPYING, "", ADAM), "any number of steps"),
        (OTHER.format("(None, 1)", COPYING, "", ADAM), "3 numbers a step"),
        (OTHER.format("(None, 3)", COPYING, ', activation="relu"', ADAM), "no activation"),
        (OTHER.format("(None, 3)", COPYING, ', activation="sigmoid"', ADAM), "no activation"),
        (OTHER.format("(None, 3)", COPYING.replace(
            '"identity"', "keras.initializers.Identity(1.3)"), "", ADAM), "a gain other than 1"),
        (OTHER.format("(None, 3)", COPYING, "", "keras.optimizers.SGD(0.01, global_clipnorm=1.0)"),
         "must be Adam"),
        (OTHER.format("(None, 3)", COPYING, "", "keras.optimizers.Adam(0.001, clipnorm=1.0)"),
         "`clipnorm` shortens"),
        (OTHER.format("(None, 3)", COPYING, "", "keras.optimizers.Adam(0.001, clipvalue=1.0)"),
         "`clipvalue` cuts"),
        (OTHER.format("(None, 3)", COPYING, "", '"adam"'), "does not clip"),
    ],
    "3.6": [
        (OPENING + "score = 0.25", "guessing among four"),
        (OPENING + "score = np.mean(np.zeros(1000) == y_order_new)", "guessing among four"),
        (OPENING + "score = 0.62", "On the way"),
        (OPENING + "score = 99.2", "per cent"),
        (OPENING + "score = 1.386", "is it the loss"),
    ],
}
