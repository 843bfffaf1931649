"""Keras models and pictures in, activations as arrays out."""
