"""`python -m whytokens`: the command, where its folder is not on the path."""

from whytokens.cli import main

raise SystemExit(main())
