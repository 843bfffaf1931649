"""What was logged, as a page of its own: the tab, with the answers it asks for."""
