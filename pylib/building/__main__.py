"""Commands of `build.py`, once its environment stands."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

from building.places import ROOT, SITE


def main() -> int:
    options = _parser().parse_args()
    if options.command == "site":
        from building import site

        site.build(Path(options.out), assets=options.assets)
        if options.picture:
            from building import picture

            picture.take(Path(options.out), ROOT / "static" / "page.png")
    elif options.command == "serve":
        from building import serve, site

        site.build(SITE, assets="self")
        serve.forever(SITE, options.port)
    elif options.command == "wheel":
        from building import wheels

        print(wheels.pypi(ROOT / "dist"))
    elif options.command == "bake":
        from building import bake

        bake.everything()
    elif options.command == "prices":
        from building import prices

        return prices.main(accept=options.accept)
    elif options.command == "formats":
        from building import formats

        return formats.main()
    elif options.command == "bench":
        return _bench(options.names)
    else:
        from building import testing

        return testing.run(options.layers)
    return 0


def _bench(names: list[str]) -> int:
    known = sorted(
        path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py")
    )
    for name in names or known:
        if name not in known:
            print(f"no bench {name!r}; there are: {', '.join(known)}")
            return 2
        print(f"== {name}", flush=True)
        importlib.import_module(f"building.bench_{name}").main()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="build.py")
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve")
    serve.add_argument("--port", type=int, default=8000)
    test = commands.add_parser("test")
    test.add_argument("layers", nargs="*")
    site = commands.add_parser("site")
    site.add_argument("--assets", choices=("self", "cdn"), default="self")
    site.add_argument("--out", default=str(SITE))
    site.add_argument("--picture", action="store_true")
    commands.add_parser("wheel")
    commands.add_parser("bake")
    prices = commands.add_parser("prices")
    prices.add_argument("--accept", action="store_true")
    commands.add_parser("formats")
    bench = commands.add_parser("bench")
    bench.add_argument("names", nargs="*")
    return parser


if __name__ == "__main__":
    sys.exit(main())
