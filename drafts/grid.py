GRID = '''rows = pd.read_csv(environment.ROOT / "data" / "measurements.csv")
rows = rows[rows.task == "04 stories of mixed distance, accuracy"].set_index("setting")
LAYERS = (("SimpleRNN(32)", "SimpleRNN", "blue", "o"),
          ("SimpleRNN(32), ReLU, identity start", "SimpleRNN, ReLU, identity start", "sky", "D"),
          ("LSTM(32)", "LSTM as it comes", "vermilion", "s"),
          ("LSTM(32), forget bias 5", "LSTM, open forget gate", "green", "^"),
          ("GRU(32)", "GRU as it comes (lesson 5)", "orange", "v"))
SCALES = (("uniform 0.05", "Keras's default"), ("std 0.3", "size 0.3"), ("std 1", "size 1"))
fig, axes = plt.subplots(1, 3, figsize=(11, 5.6), sharey=True)
for panel, (scale, name) in zip(axes, SCALES):
    for place, rate in enumerate(("0.001", "0.005", "0.02")):
        for shift, (layer, label, colour, marker) in enumerate(LAYERS):
            setting = f"{layer} | embeddings {scale} | Adam {rate} | 5,000 stories | JAX"
            points = np.atleast_1d(rows.result[setting])
            panel.plot(np.full(len(points), place + 0.15 * (shift - 2)), points, marker, alpha=0.8,
                       color=figures.COLOURS[colour], label=label if place == 0 else None)
    panel.axhline(12.5, color=figures.COLOURS["grey"], linewidth=1.5, linestyle=":")
    panel.set(title=f"embeddings: {name}", xticks=(0, 1, 2), xticklabels=("0.001", "0.005", "0.02"),
              xlabel="learning rate", ylim=(0, 104))
axes[0].set_ylabel("right, new stories (%)")
fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
figures.show(fig, alt=(
    "Right answers for five layers, three sizes of embeddings and three learning rates, a point a "
    "seed. The SimpleRNN is near chance everywhere, and so is the LSTM as it comes, except with "
    "embeddings of size 1. The LSTM with an open forget gate is at 100 % in most runs; so are the "
    "SimpleRNN with ReLU and identity start at the two smaller rates and the GRU at the two larger "
    "ones."))'''
GRID_SENTENCE = '''The `SimpleRNN` guesses nearly everywhere; its best run reaches 24 %. Of the LSTM as it comes one run reaches 100 %. With
the forget gate open all runs do so in five of the nine settings, and most runs elsewhere. A `SimpleRNN` with ReLU that
starts with the **identity** as its matrix (lesson 3) learns at the two smaller rates: it, too, adds to its state, and
at first multiplies it by one. And the GRU of lesson 5 learns with its defaults in most runs at the two larger rates.

What may one conclude? Not that "an LSTM remembers and an RNN does not". A state that stays as it is from the start
helped the LSTM and the ReLU network. It is not the only way: the GRU starts half shut and usually learns. And longer
training can replace a good start: with four times as many stories, and so four times as many steps, the LSTM as it
comes reaches 100 % in one of these settings ([evidence](evidence/04_lstm.ipynb)).
'''
