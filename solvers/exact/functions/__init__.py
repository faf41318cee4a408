"""All Boolean functions of a few inputs at once: least gates, and witnesses."""
