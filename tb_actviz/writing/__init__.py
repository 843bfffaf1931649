"""Summaries -> TensorBoard event files, without TensorFlow."""
