"""Pages' scripts run a few at a time.

Each is a thread that computes, and Python lets one thread compute at once. Where a hall's pages all draw anew in one
moment, the event loop, which phones and all pages wait for, would be one of two hundred; so it is one of three.
"""

import threading

from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

AT_ONCE, PATIENCE = 2, 10.0
"""After so many seconds a script runs all the same: those before it may wait for a slow disk."""


def take_turns() -> None:
    """Has pages' scripts, and their fragments, take turns from now on; Streamlit has no setting for it."""
    turns = threading.Semaphore(AT_ONCE)
    run = ScriptRunner._run_script

    def run_in_turn(self: ScriptRunner, rerun_data: RerunData) -> None:
        has_turn = turns.acquire(timeout=PATIENCE)
        try:
            run(self, rerun_data)
        finally:
            if has_turn:
                turns.release()

    ScriptRunner._run_script = run_in_turn  # type: ignore[method-assign]  # as said
