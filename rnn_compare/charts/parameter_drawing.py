"""Parameter counts of several networks, drawn to one scale, as HTML.

Each layer's box stands below its share of all parameters. In a recurrent layer's box are the matrices of each gate,
with sides to scale, so that their areas are their numbers of parameters.
"""

from collections.abc import Iterable, Sequence
from html import escape

from rnn_compare.cells.cell import Cell
from rnn_compare.cells.registry import cell as cell_of
from rnn_compare.charts.palette import look
from rnn_compare.comparison.groups import NamedNetwork
from rnn_compare.experiment import Experiment
from rnn_compare.formatting import percent
from rnn_compare.networks.parameters import Layer, Parameters, parameters, recurrent_term

EMBEDDING_WIDTH, DENSE_WIDTH, GAP = 19.0, 15.0, 2.0
"""Widths of the layers' boxes in percent of the card; the recurrent layers share the rest."""
CARD_WIDTH = 880
"""Pixels inside a card in a window of 1280, into which the matrices fit."""
TALLEST, THINNEST = 46, 4
"""Pixels of the highest matrix, and of a bias, which would not be seen to scale."""
FITS_A_LABEL = 42
"""Pixels that a label such as 32·32 takes."""


def legend(experiments: Sequence[Experiment]) -> str:
    """Returns the legend of the matrices as HTML, with the sizes of cells."""
    cells = [cell_of(experiment.cell) for experiment in experiments if not experiment.without_recurrence]
    recurrent = " or ".join(dict.fromkeys(filter(None, (recurrent_term(cell, "units") for cell in cells))))
    terms = {"recurrent-kernel": f"recurrent kernel, {recurrent}"} if recurrent else {}
    inside = "in cells " if len(cells) < len(experiments) else ""
    sizes = (f", {inside}features·units", f", {inside}units") if cells else ("", "")
    terms |= {"kernel": f"kernel{sizes[0]}", "bias": f"bias{sizes[1]}"}
    if any(tensor.name == "gamma" for experiment in experiments for tensor in parameters(experiment).tensors):
        terms["bias"] += "; also a normalization's scale and offset"
    spans = " + ".join(f'<span><b class="rc-{name}"></b> {term}</span>' for name, term in terms.items())
    return f'<p class="rc-matrix-legend">{spans}</p>'


def pixels(experiments: Sequence[Experiment]) -> float:
    """Returns the pixels of a unit in the drawings of networks side by side."""
    fitting = []
    for experiment in experiments:
        counted = parameters(experiment)
        across = _columns(counted)[-2] / 100 * CARD_WIDTH - 22  # the box of a layer between embedding and verdict
        if experiment.without_recurrence:
            for layer in (layer for layer in counted.recurrent_layers if not layer.is_embedding):
                widths = [tensor.count / tensor.shape[-1] for tensor in layer.tensors if tensor.name == "kernel"]
                fitting.append((across - 12 * (len(layer.tensors) - len(widths))) / sum(widths))
            fitting.append(TALLEST / max(experiment.units, experiment.embedding_size))
            continue
        cell, below = cell_of(experiment.cell), experiment.units * (2 if experiment.bidirectional else 1)
        features = max(experiment.embedding_size, below if experiment.layers > 1 else 0)
        across -= cell.blocks * (12 + _bias_pixels(cell, 0))
        fitting += [TALLEST / experiment.units, across / (cell.blocks * (experiment.units + features))]
    return max(min(fitting), 0.02)


def drawings(networks: Sequence[NamedNetwork], on_charts: int = 0, heading: str = "h2") -> str:
    """Returns networks' cards, to one scale; those after the first ``on_charts`` below a heading that says so."""
    scale = pixels([network.experiment for network in networks])
    cards = [drawing(network, scale, heading) for network in networks]
    if 0 < on_charts < len(cards):
        cards.insert(on_charts, f"<{heading}>Set up, not on the charts</{heading}>")
    return "".join(cards)


def drawing(network: NamedNetwork, scale: float, heading: str = "h2") -> str:
    """Returns one network's card; ``scale`` are the ``pixels`` of all networks on the page."""
    experiment = network.experiment
    counted = parameters(experiment)
    columns = _columns(counted)
    inner = _feedforward(counted, scale) if experiment.without_recurrence else _recurrent(experiment, counted, scale)
    dense = counted.layers[-1]
    boxes = [_embedding(counted.layers[0], counted), *inner, _box("dense", dense, counted, "")]
    terms = " + ".join(f"{layer.count:,}" for layer in counted.layers)
    fractions = " ".join(f"{column:.2f}fr" for column in columns)
    return (
        f'<section class="rc-card" style="--rc-color: {look(network).color}">'
        f"<{heading}><span>{escape(network.name)}</span><span>{terms} = {counted.total:,} parameters</span></{heading}>"
        f'{_shares(counted, columns)}<div class="rc-layer-row" style="grid-template-columns: {fractions}">'
        f"{''.join(boxes)}</div></section>"
    )


def _columns(counted: Parameters) -> list[float]:
    """Returns the widths of the layers' boxes; embeddings and Dense have little to draw."""
    embeddings = [layer.is_embedding for layer in counted.layers[:-1]]
    others = embeddings.count(False)
    rest = 100 - EMBEDDING_WIDTH * (len(embeddings) - others) - DENSE_WIDTH - GAP * len(embeddings)
    return [EMBEDDING_WIDTH if is_embedding else rest / others for is_embedding in embeddings] + [DENSE_WIDTH]


def _shares(counted: Parameters, columns: Sequence[float]) -> str:
    """Returns the bar of all parameters to scale, and shapes that connect its parts to the layers' boxes."""
    kinds = ["embedding" if layer.is_embedding else "recurrent" for layer in counted.layers[:-1]] + ["dense"]
    label = ", ".join(f"{layer.kind} {_share(layer, counted)}" for layer in counted.layers)
    parts, ways, start, box = [], [], 0.0, 0.0
    for layer, kind, column in zip(counted.layers, kinds, columns, strict=True):
        end = start + 100 * layer.count / counted.total
        shape = f"{start:.2f}% 0, {end:.2f}% 0, {box + column:.2f}% 100%, {box:.2f}% 100%"
        parts.append(f'<i class="rc-{kind}" style="flex: {layer.count}"></i>')
        ways.append(f'<i class="rc-{kind}" style="clip-path: polygon({shape})"></i>')
        start, box = end, box + column + GAP
    return (
        f'<div class="rc-shares" role="img" aria-label="Of {counted.total:,} parameters: {escape(label)}">'
        f'{"".join(parts)}</div><div class="rc-ways" aria-hidden="true">{"".join(ways)}</div>'
    )


def _share(layer: Layer, counted: Parameters) -> str:
    share = layer.count / counted.total
    return percent(share) if share >= 0.0005 else f"{100 * share:.1g} %"


def _box(kind: str, layer: Layer, counted: Parameters, body: str, name: str = "") -> str:
    return (
        f'<div class="rc-box rc-{kind}"><p class="rc-layer-name"><b>{escape(name or layer.kind)}</b> '
        f'<span>{_share(layer, counted)}</span> <span class="rc-arithmetic">{escape(layer.arithmetic)}</span></p>'
        f"{body}</div>"
    )


def _embedding(layer: Layer, counted: Parameters, rows: str = "words") -> str:
    count, features = layer.tensors[0].shape
    return _box("embedding", layer, counted, f"<p>{features} numbers for each of {count:,} {rows}</p>")


def _recurrent(experiment: Experiment, counted: Parameters, scale: float) -> list[str]:
    cell = cell_of(experiment.cell)
    boxes = []
    for number, layer in enumerate(counted.recurrent_layers, start=1):
        name = layer.kind if experiment.layers == 1 else f"{layer.kind} {number}"
        features = layer.tensors[0].shape[0]
        body = f"{_gates(cell, experiment.units, features, layer, scale)}<p>{escape(_why(experiment, cell))}</p>"
        boxes.append(_box("recurrent", layer, counted, body, name))
    return boxes


def _feedforward(counted: Parameters, scale: float) -> list[str]:
    """Returns the boxes of a network without recurrence: each tensor to scale, as high as its last axis."""
    boxes = []
    for layer in counted.recurrent_layers:
        if layer.is_embedding:
            boxes.append(_embedding(layer, counted, "positions"))
            continue
        groups: dict[str, str] = {}
        for tensor in layer.tensors:
            part = tensor.path.split("/")[-2].replace("_", " ") if tensor.path.count("/") > 1 else ""
            high = tensor.shape[-1]
            kernel = ("kernel", tensor.arithmetic, tensor.count / high * scale)
            sides = kernel if tensor.name == "kernel" else ("bias", "", max(scale, THINNEST))
            groups[part] = groups.get(part, "") + _matrix(*sides, high * scale)
        label = f"{layer.kind}: {', '.join(f'{tensor.name} {tensor.arithmetic}' for tensor in layer.tensors)}"
        body = _matrices(groups.items(), label)
        boxes.append(_box("recurrent", layer, counted, body))
    return boxes


def _matrix(kind: str, size: str, width: float, height: float) -> str:
    width, height = max(width, 2), max(height, 2)
    fitting = size if min(width, 2.4 * height) >= FITS_A_LABEL else ""
    return f'<b class="rc-{kind}" style="width: {width:.1f}px; height: {height:.1f}px">{fitting}</b>'


def _matrices(groups: Iterable[tuple[str, str]], label: str) -> str:
    captioned = "".join(f"<div><p>{caption}</p><div>{matrices}</div></div>" for caption, matrices in groups)
    return f'<div class="rc-matrices" role="img" aria-label="{escape(label)}">{captioned}</div>'


def _why(experiment: Experiment, cell: Cell) -> str:
    both_ways = "Twice, forward and backward." if experiment.bidirectional else ""
    return " ".join(filter(None, (both_ways, cell.notes if cell.bias_rows > 1 else "")))


def _gates(cell: Cell, units: int, features: int, layer: Layer, scale: float) -> str:
    """Returns the matrices of each gate in one direction, side by side."""
    bias = f"{cell.bias_rows}·{units}" if cell.bias_rows > 1 else f"{units}"
    matrices = [("kernel", f"{features:,}·{units}", features * scale), ("bias", "", _bias_pixels(cell, scale))]
    if recurrent := recurrent_term(cell, f"{units}"):
        width = units * scale if cell.recurrent == "matrix" else max(scale, THINNEST)
        matrices.insert(0, ("recurrent-kernel", recurrent, width))
    wide = sum(width for _, _, width in matrices) > 2 * FITS_A_LABEL
    blocks = [(gate.name if wide else "", gate.symbol) for gate in cell.gates] or [("", "")]
    kind = f"{len(blocks)} blocks, each with" if cell.gates else "one block with"
    recurrent_kernel = f"recurrent kernel {recurrent}, " if recurrent else ""
    label = f"{layer.kind}: {kind} {recurrent_kernel}kernel {features:,}·{units}, bias {bias}"
    block = "".join(_matrix(*matrix, units * scale) for matrix in matrices)
    return _matrices([(f"{escape(name)} <i>{escape(symbol)}</i>", block) for name, symbol in blocks], label)


def _bias_pixels(cell: Cell, scale: float) -> float:
    return cell.bias_rows * max(scale, THINNEST)
