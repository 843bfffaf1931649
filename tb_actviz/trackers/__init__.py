"""The summaries of a run, handed to the experiment trackers that are in use."""
