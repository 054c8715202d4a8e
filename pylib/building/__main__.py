"""Commands of `build.py`, once its environment stands."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Iterable
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
    """Benches by name, each with those of its parts that follow it; all of them where none is named."""
    known = sorted(
        path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py")
    )
    asked: list[tuple[str, list[str]]] = [] if names else [(name, []) for name in known]
    for name in names:
        if name in known:
            asked.append((name, []))
        elif asked and name in _parts(asked[-1][0]):
            asked[-1][1].append(name)
        else:
            print(f"no bench {name!r}; there are: {', '.join(map(_with_parts, known))}")
            return 2
    for name, parts in asked:
        print(f"== {name}", flush=True)
        module = importlib.import_module(f"building.bench_{name}")
        module.main(parts) if parts else module.main()
    return 0


def _parts(name: str) -> Iterable[str]:
    """Parts of a bench that run alone."""
    return getattr(importlib.import_module(f"building.bench_{name}"), "PARTS", ())


def _with_parts(name: str) -> str:
    parts = " ".join(_parts(name))
    return f"{name} ({parts})" if parts else name


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
