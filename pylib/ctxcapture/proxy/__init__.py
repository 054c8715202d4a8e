"""A local proxy that captures any client's calls: set its base URL to it. Extra: `whytokens[proxy]`."""
