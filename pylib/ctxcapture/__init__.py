"""ctxcapture: writes whytokens traces from programs that have no log. Standard library only."""

__version__ = "0.1.0"
