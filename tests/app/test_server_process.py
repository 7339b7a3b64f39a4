"""What the server's process imports: all that a first page needs before its visitor comes, and never Keras.

Once ``keras`` is loaded there, Streamlit clears its session after every tick of every viewer.
"""

import os
import subprocess
import sys
from pathlib import Path

from rnn_compare.paths import CACHE_VARIABLE
from tests.kit.caches import PROJECT, lend

VISIT = """
import sys
from rnn_compare.server import asgi
from rnn_compare.services import services
from rnn_compare.server.app import current_app
from tests.kit.pages import html, page

def packages():
    return {module.split(".")[0] for module in sys.modules}

if __name__ == "__main__":
    asgi.prepare()
    services.FIRST_PAGE_SECONDS = 600.0
    current_app().services()
    before = set(sys.modules)
    assert "points" in html(page())
    new = {module.split(".")[0] for module in set(sys.modules) - before}
    watched = {"distributed", "numpy", "pandas", "PIL", "plotly", "pydantic", "rnn_compare", "scipy"}
    print("imported:", sorted(new & watched))
    for name in ("reviews.page", "runs.page", "inside.page", "present.page", "try_review"):
        app = page(name)
    app.text_area(key="review").set_value("A wonderful film").run()
    assert "% positive" in html(app)
    current_app().close()
    print("loaded:", sorted(packages() & {"keras", "tensorflow"}))
"""


def test_the_first_page_has_all_it_needs_imported_and_a_full_visit_loads_neither_keras_nor_tensorflow(
    prepared_cache: Path, tmp_path: Path
) -> None:
    """Once it imported scipy.stats for a verdict on the shipped comparison, which takes as long as an empty page."""
    lend(prepared_cache, tmp_path / "cache")
    script = tmp_path / "visit.py"
    script.write_text(VISIT)
    environment = {**os.environ, CACHE_VARIABLE: str(tmp_path / "cache"), "PYTHONPATH": str(PROJECT)}
    environment.pop("RNN_COMPARE_FIRST_START", None)
    done = subprocess.run([sys.executable, str(script)], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "imported: []\nloaded: []\n" in done.stdout
