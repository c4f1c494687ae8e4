"""Run, store, check and address the notebooks: what `make` calls for them."""
