"""`python -m whytokens`: the command, where its folder is not on the path."""

from whytokens.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
