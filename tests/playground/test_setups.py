"""The set-ups of the page: by the script, their networks are what the program makes of the same settings."""

from pathlib import Path
from typing import Any

import pytest

from rnn_compare.browser.trainable import trainable
from rnn_compare.cells.registry import CELLS
from rnn_compare.charts.palette import look_of_cell
from rnn_compare.experiment_sets import comparison, labels
from rnn_compare.presets import PHONES, PRESETS
from tests.kit.javascript import HARNESSES, in_node
from tests.kit.pages import held_by


@pytest.fixture(scope="module")
def contents(site: Path) -> dict[str, Any]:
    written: dict[str, Any] = held_by((site / "page.html").read_text("utf-8"), "contents")
    for source in written["sources"].values():
        source["packed"] = {"url": source["title"]}
    return written


def parsed(contents: dict[str, Any], **message: Any) -> dict[str, Any]:
    result: dict[str, Any] = in_node({"contents": contents, **message}, HARNESSES / "playground_setups.js")
    return result


def test_every_preset_that_a_browser_can_train_is_offered_with_the_units_names_and_looks_of_the_program(
    contents: dict[str, Any],
) -> None:
    """Through the address, in which a set-up is text."""
    recurrent = [preset for preset in PRESETS if {*preset.cells} <= {*CELLS} and preset is not PHONES]
    assert [preset["name"] for preset in contents["presets"]] == [preset.name for preset in recurrent]
    many = {**contents["presets"][0], "settings": {**contents["presets"][0]["settings"], "cell": ["LSTM"]}}
    many["settings"] |= {"units": [8, 64], "maxlen": [50, 400], "seeds": 2, "equal_parameters": False}
    made = [
        *(preset.experiments() for preset in recurrent),
        comparison(cell="LSTM", units=(8, 64), maxlen=(50, 400), seeds=2),
    ]
    results = parsed(contents, presets=[*contents["presets"], many])["presets"]
    for result, experiments in zip(results, made, strict=True):
        assert result["problems"] == {}
        networks = [experiment for experiment in experiments if experiment.seed == 1]
        assert [network["title"] for network in result["networks"]] == labels(networks)
        for place, (network, experiment) in enumerate(zip(result["networks"], networks, strict=True)):
            values = experiment.model_dump() | {"source": experiment.dataset}
            assert network["settings"].items() <= values.items()
            assert {*trainable(experiment)} - {"cell", "seed", "tensors", "skips_padding"} <= {*network["settings"]}
            before = [other.cell for other in networks[:place]]
            look = look_of_cell(experiment.cell, before.count(experiment.cell))
            assert (network["color"], network["marker"]) == (look.color, look.marker)
        seeds = [[networks.index(entry.model_copy(update={"seed": 1})), entry.seed] for entry in experiments]
        assert result["trainings"] == seeds


MANY = "6 networks; the limit is 4. Remove some."
TASK = {"source": "order-20", "reviews": "6400", "maxlen": "20"}
WRONG: list[tuple[dict[str, str], dict[str, str]]] = [
    ({"units": "0"}, {"units": "It must be between 1 and 512."}),
    ({"units": "8, a"}, {"units": "It must be a whole number, or several such as 16, 32."}),
    ({"units": ""}, {"units": "Type a number."}),
    ({"epochs": "2.5"}, {"epochs": "It must be a whole number."}),
    ({"cell": ""}, {"cell": "Choose at least one cell type."}),
    ({"units": "8 16 32"}, {"cell": f"2 cell types × 3 values of units make {MANY}"}),
    (TASK | {"reviews": "6401", "maxlen": "40"}, {"reviews": "It must be between 10 and 6,400."}),
    (TASK, {"maxlen": "These texts have up to 40 words; set it to 40 or more."}),
    ({"learning_rate": "fast"}, {"learning_rate": "It must be a number."}),
]


def test_a_wrong_value_is_said_at_its_field(contents: dict[str, Any]) -> None:
    problems = parsed(contents, changes=[change for change, _ in WRONG])["problems"]
    assert problems == [sentence for _, sentence in WRONG]
