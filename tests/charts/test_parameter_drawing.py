"""Where the parameters are, drawn: to scale, adding up, and said in words as well."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.cells.registry import CELLS, cell
from rnn_compare.charts.parameter_drawing import THINNEST, drawing, legend, pixels
from rnn_compare.comparison.groups import NamedNetwork
from rnn_compare.experiment import Experiment
from rnn_compare.feedforward.registry import FEEDFORWARD
from rnn_compare.networks.parameters import parameters

EXPERIMENTS = st.builds(
    Experiment,
    cell=st.sampled_from(CELLS),
    units=st.integers(1, 512),
    embedding_size=st.integers(1, 512),
    layers=st.integers(1, 3),
    bidirectional=st.booleans(),
)


def drawn(experiment: Experiment, scale: float | None = None) -> str:
    scale = pixels([experiment]) if scale is None else scale
    return drawing(NamedNetwork("a <network>", experiment), scale)


def areas(html: str, matrix: str) -> list[float]:
    sizes = re.findall(rf'class="rc-{matrix}" style="width: ([\d.]+)px; height: ([\d.]+)px"', html)
    return [float(width) * float(height) for width, height in sizes]


@pytest.mark.parametrize("name", CELLS)
def test_each_gate_has_its_matrices_with_their_counts_as_areas(name: str) -> None:
    experiment = Experiment(cell=name, units=24, embedding_size=60)
    html = drawn(experiment, scale=2)
    if cell(name).recurrent == "matrix":
        assert areas(html, "recurrent-kernel") == [4 * 24 * 24] * cell(name).blocks
    else:
        assert len(areas(html, "recurrent-kernel")) == (cell(name).recurrent == "vector")
    assert areas(html, "kernel") == [4 * 24 * 60] * cell(name).blocks
    assert len(areas(html, "bias")) == cell(name).blocks
    for gate in cell(name).gates:
        assert f"{gate.name} <i>{gate.symbol}</i>" in html


@pytest.mark.parametrize("name", FEEDFORWARD)
def test_a_network_without_recurrence_is_drawn_with_all_its_weights(name: str) -> None:
    experiment = Experiment(cell=name, units=24, embedding_size=60)
    tensors = [tensor for layer in parameters(experiment).layers[1:-1] for tensor in layer.tensors]
    html = drawn(experiment, scale=2)
    assert areas(html, "kernel") == [4 * tensor.count for tensor in tensors if tensor.name == "kernel"]
    others = [tensor for tensor in tensors if tensor.name not in ("kernel", "embeddings")]
    assert areas(html, "bias") == [THINNEST * 2 * tensor.count for tensor in others], "too thin to scale"


@given(EXPERIMENTS)
def test_every_sum_that_is_shown_is_true(experiment: Experiment) -> None:
    html = drawn(experiment)
    [terms, total] = re.findall(r"<span>([\d,]+(?: \+ [\d,]+)+) = ([\d,]+) parameters</span>", html)[0]
    assert sum(int(term.replace(",", "")) for term in terms.split(" + ")) == int(total.replace(",", ""))
    assert int(total.replace(",", "")) == parameters(experiment).total
    sums = re.findall(r'class="rc-arithmetic">([^<]+)<', html)
    assert sums == [layer.arithmetic for layer in parameters(experiment).layers]
    bar = re.findall(r'style="flex: (\d+)"', html)
    assert list(map(int, bar)) == [layer.count for layer in parameters(experiment).layers]


@given(EXPERIMENTS)
def test_shapes_lead_from_the_shares_of_the_bar_to_the_boxes_of_the_layers(experiment: Experiment) -> None:
    shapes = re.findall(r"polygon\(([\d.]+)% 0, ([\d.]+)% 0, ([\d.]+)% 100%, ([\d.]+)% 100%\)", drawn(experiment))
    ways = [[float(corner) for corner in shape] for shape in shapes]
    assert ways[0][0] == ways[0][3] == 0
    assert ways[-1][1:3] == pytest.approx([100, 100], abs=0.05)
    for (_, end, box_end, _), (start, _, _, box_start) in itertools.pairwise(ways):
        assert start == end, "shares of the bar touch"
        assert box_start - box_end == pytest.approx(2, abs=0.02), "boxes have a gap"


@given(st.lists(EXPERIMENTS, min_size=1, max_size=8))
def test_networks_share_a_scale_at_which_the_largest_fits(experiments: list[Experiment]) -> None:
    together = pixels(experiments)
    assert together == min(pixels([experiment]) for experiment in experiments)
    for experiment in experiments:
        heights = re.findall(r'rc-kernel" style="width: [\d.]+px; height: ([\d.]+)px"', drawn(experiment, together))
        assert max(map(float, heights)) <= 46


def test_each_drawing_is_said_in_words_and_labels_what_is_large_enough() -> None:
    html = drawn(Experiment(cell="LSTM"))
    assert 'aria-label="Of 328,353 parameters: Embedding 97.5 %, LSTM 2.5 %, Dense 0.01 %"' in html
    assert 'aria-label="LSTM: 4 blocks, each with recurrent kernel 32·32, kernel 32·32, bias 32"' in html
    assert html.count('role="img"') == html.count("aria-label=")
    assert "a &lt;network&gt;" in html
    beside_a_large_one = drawn(Experiment(), pixels([Experiment(), Experiment(cell="LSTM", units=512)]))
    assert [">32·32</b>" in drawing for drawing in (html, beside_a_large_one)] == [True, False]


def test_a_double_bias_is_explained() -> None:
    simple, gru = (drawn(Experiment(cell=name), scale=1) for name in ("SimpleRNN", "GRU"))
    assert areas(gru, "bias")[0] == 2 * areas(simple, "bias")[0]
    assert ["Two biases" in html for html in (simple, gru)] == [False, True]


def test_the_legend_names_what_is_drawn_and_no_more() -> None:
    lstm, mingru, mean = (Experiment(cell=name) for name in ("LSTM", "minGRU", "average"))
    assert "recurrent kernel, units·units</span> + " in legend([mean, lstm])
    assert "recurrent" not in legend([mingru, mean])
    assert "features·units</span> + " in legend([mingru, mean])
    assert [word in legend([mean]) for word in ("kernel", "units", "bias", "scale")] == [True, False, True, False]
    assert "bias; also a normalization's scale and offset" in legend([mean, Experiment(cell="attention")])
