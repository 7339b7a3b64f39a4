"""Prints, as JSON, every address of the served app with its methods: those of this program, and all of Streamlit's.

In a process of its own, since there is one Streamlit runtime a process.
"""

import importlib.util
import json

from starlette.routing import BaseRoute

from tests.kit.servers import PROJECT


def main() -> None:
    spec = importlib.util.spec_from_file_location("served", PROJECT / "app.py")
    assert spec is not None
    assert spec.loader is not None
    served = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(served)
    served.app._runtime = served.app._create_runtime()
    print(json.dumps([_told(route) for route in served.app._build_starlette_app().routes]))


def _told(route: BaseRoute) -> tuple[str, list[str]]:
    # A mount takes whatever nothing else takes.
    path = getattr(route, "path", "") or "/{path:path}"
    return path, sorted(getattr(route, "methods", None) or ["GET"])


if __name__ == "__main__":
    main()
