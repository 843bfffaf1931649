"""The same inputs through many checkpoints of one model."""
