"""`python -m ctxcapture`: the command, where its folder is not on the path."""

from ctxcapture.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
