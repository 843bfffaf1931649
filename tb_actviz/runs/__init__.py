"""From activations to what a run holds: what is logged of them, when, and where."""
