"""Passes over whole data sets: what of them each channel answers to."""
