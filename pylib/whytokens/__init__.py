"""whytokens: where did every token of my LLM calls go, what did each cost, and which could I stop sending?"""

__version__ = "0.1.0"
