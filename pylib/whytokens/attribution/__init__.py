"""Attribution: the spans of every call, summing exactly to what was billed."""
