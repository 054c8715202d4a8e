"""`python -m ctxcapture`: the command, where its folder is not on the path."""

from ctxcapture.cli import main

raise SystemExit(main())
