"""What one event holds of a layer: a header and packed values."""
