"""What only the evidence needs: cells and gradients in NumPy, training, decoding, the ledger."""
