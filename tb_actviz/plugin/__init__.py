"""The TensorBoard plugin: records in event files -> HTTP, for the Activations tab."""
