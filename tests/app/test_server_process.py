"""Keras and TensorFlow stay out of the server's process, whatever its visitors do.

Once ``keras`` is loaded there, Streamlit clears its session after every tick of every viewer.
"""

import os
import subprocess
import sys
from pathlib import Path

from rnn_compare.paths import CACHE_VARIABLE
from tests.kit.caches import lend

PROJECT = Path(__file__).resolve().parents[2]
VISIT = """
import sys
from streamlit.testing.v1 import AppTest
from rnn_compare.dashboard import site
from rnn_compare.server.app import current_app
from rnn_compare.experiment_sets import comparison
from tests.kit.waiting import until_ended

def page(module):
    script = f"if __name__ == '__main__': from rnn_compare.dashboard.pages.{module} import render; render()"
    return AppTest.from_string(script, default_timeout=180).run()

if __name__ == "__main__":
    services = current_app().services()
    small = {"reviews": 60, "epochs": 2, "vocabulary_size": 200, "embedding_size": 4}
    runs = services.engine.submit(comparison(cell=["SimpleRNN", "LSTM"], units=4, maxlen=10, **small))
    until_ended(services.engine, runs)
    assert [services.store.run(run).status for run in runs] == ["finished", "finished"]
    services.engine.summary(services.store.run(runs[0]).experiment)
    services.refresh()
    for name in ("compare.page", "try_review", "reviews.page", "runs.page"):
        app = page(name)
        assert not app.exception, (name, app.exception)
        if name == "try_review":
            app.text_area(key="review").set_value("A wonderful film").run()
            assert "% positive" in "".join(html.proto.body for html in app.get("html"))
    current_app().close()
    loaded = sorted({module.split(".")[0] for module in sys.modules} & {"keras", "tensorflow"})
    print("loaded:", loaded)
"""


def test_a_full_visit_loads_neither_keras_nor_tensorflow(prepared_cache: Path, tmp_path: Path) -> None:
    script = tmp_path / "visit.py"
    script.write_text(VISIT)
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=PROJECT,
        env={**os.environ, CACHE_VARIABLE: str(prepared_cache), "PYTHONPATH": str(PROJECT), "RNN_COMPARE_WORKERS": "1"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.stdout.strip().endswith("loaded: []"), done.stdout + done.stderr[-3000:]


FIRST_VISIT = """
import sys
from streamlit.testing.v1 import AppTest
from rnn_compare.server import asgi
from rnn_compare.services import services
from rnn_compare.server.app import current_app

if __name__ == "__main__":
    asgi.prepare()
    services.FIRST_PAGE_SECONDS = 600.0
    current_app().services()
    before = set(sys.modules)
    script = "if __name__ == '__main__': from rnn_compare.dashboard.site import render; render()"
    app = AppTest.from_string(script, default_timeout=180).run()
    assert not app.exception
    assert any("cannot be told apart" in html.proto.body or "points" in html.proto.body for html in app.get("html"))
    new = {module.split(".")[0] for module in set(sys.modules) - before}
    watched = {"distributed", "numpy", "pandas", "PIL", "plotly", "pydantic", "rnn_compare", "scipy"}
    print("imported:", sorted(new & watched))
    current_app().close()
"""


def test_the_first_page_has_all_it_needs_imported_before_its_visitor_comes(
    prepared_cache: Path, tmp_path: Path
) -> None:
    """Once it imported scipy.stats for a verdict on the shipped comparison, which takes as long as an empty page."""
    lend(prepared_cache, tmp_path / "cache")
    script = tmp_path / "first_visit.py"
    script.write_text(FIRST_VISIT)
    environment = {**os.environ, CACHE_VARIABLE: str(tmp_path / "cache"), "PYTHONPATH": str(PROJECT)}
    environment.pop("RNN_COMPARE_FIRST_START", None)
    done = subprocess.run([sys.executable, str(script)], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "imported: []" in done.stdout
