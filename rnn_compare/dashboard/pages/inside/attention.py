"""Attention: how much each word of a review attends to the others and to padding, as bars above a matrix."""

from collections.abc import Sequence

import plotly.graph_objects as go
import streamlit as st
from plotly.subplots import make_subplots

from rnn_compare.charts.loaded_network import LoadedNetwork
from rnn_compare.charts.plotly_style import GREY, axis, percent_axis, percentages, plain
from rnn_compare.dashboard import components
from rnn_compare.dashboard.widgets import reading
from rnn_compare.dashboard.widgets.network_choice import results
from rnn_compare.explain.prediction import encode
from rnn_compare.explain.word_by_word import AttentionWeights, attention_weights
from rnn_compare.formatting import as_markdown, percent
from rnn_compare.services.services import Services

NEARLY_EQUAL = 1.5
"""Times an equal share; if no weight is larger, attention is nearly an average."""
MOST_WORDS = 40
"""More words beside each other cannot be read in a lecture hall."""
BARS, NAMES, ROW = 190, 120, 16
"""Heights in pixels: of the bars, of the words' names below them, and of a row of the matrix."""
FULL = 4.0
"""Full colour, in equal shares, unless a weight is larger: nearly equal weights look pale."""
COLORBAR: dict[str, object] = {
    "title": {"text": "matrix: × an equal share", "side": "right", "font": {"size": 15}},
    "tickfont": {"size": 15},
    "thickness": 14,
}


def show(_services: Services, networks: Sequence[LoadedNetwork]) -> None:
    """Draws the box for a review, the choice of a word, and the attention of each network that has some."""
    text = reading.box(networks)
    if not text.strip():
        return
    attending = results(networks, lambda network: _attention(network, text))
    if attending:
        words = min((attention.words for _, attention in attending), key=len)  # that all networks read
        places = {None: "all words (mean)"} | {i - len(words): f"{i + 1}: {word}" for i, word in enumerate(words)}
        from_end = st.select_slider("Attention of", list(places), format_func=places.__getitem__)
        for network, attention in attending:
            word = None if from_end is None else len(attention.words) + from_end
            st.markdown(f"**{as_markdown(network.title)}.** {remark(attention, word)}")
            chart = attention_chart(attention, word, network.look.color)
            components.show_figure(chart, f"attention {network.run.id}")
        st.caption(
            "Attention weights do not explain the prediction: other weights can "
            "lead to the same one (Jain and Wallace 2019)."
        )


def _attention(network: LoadedNetwork, text: str) -> AttentionWeights:
    experiment = network.run.experiment
    return attention_weights(experiment, network.weights, encode(experiment, text))


def remark(attention: AttentionWeights, word: int | None) -> str:
    """Returns in Markdown the attention to padding and the largest weight beside an equal share."""
    row = attention.matrix.mean(axis=0) if word is None else attention.matrix[word]
    padding, largest = attention.padding, float(attention.matrix.max()) / attention.equal
    text = f"Dashed: an equal share, {percent(attention.equal)}. The largest weight is {largest:.3g} times that."
    if padding:
        share, places = percent(float(row[:padding].sum())), percent(padding / len(row))
        filled = f"which fills {padding} of {len(row)} places ({places})"
        text = f"**{share} of the attention goes to padding**, {filled}. {text}"
    is_average = largest < NEARLY_EQUAL
    return text + " **Nearly equal, as before training: every word takes in almost the same mixture.**" * is_average


def attention_chart(attention: AttentionWeights, word: int | None, color: str) -> go.Figure:
    """Returns the bars of a word, or of the mean over all words, and the matrix; its columns stand below the bars."""
    shown, equal = visible(attention, word), 100 * attention.equal
    first = attention.matrix.shape[1] - len(attention.words)
    rows = attention.matrix[:, first + shown.start : first + shown.stop]
    bars = percentages((rows.mean(axis=0) if word is None else rows[word]).tolist())
    times = rows[shown.start : shown.stop] / attention.equal
    x, names = list(shown), [plain(attention.words[place]) for place in shown]
    pairs = [[f"{reader} → {name}" for name in names] for reader in names]
    heights = [BARS, ROW * len(shown)]
    height = sum(heights) + NAMES
    figure = make_subplots(2, 1, shared_xaxes="all", vertical_spacing=NAMES / height, row_heights=heights)
    bar = {"text": names, "textposition": "none", "hovertemplate": "%{y:.2f} %<extra>%{text}</extra>"}
    figure.add_bar(x=x, y=bars, marker={"color": color, "opacity": 0.6}, **bar)
    line = {"color": GREY, "width": 3, "dash": "dash"}
    figure.add_shape(type="line", xref="paper", x0=0, x1=1, y0=equal, y1=equal, line=line)
    colors = [[0, "rgba(136, 136, 136, 0.05)"], [1, color]]
    beside_matrix = COLORBAR | {"y": 0, "yanchor": "bottom", "lenmode": "pixels", "len": max(heights[1], NAMES)}
    scale = {"zmin": 0, "zmax": max(FULL, float(times.max())), "colorscale": colors, "colorbar": beside_matrix}
    template = "%{customdata}: %{z:.2f} × an equal share<extra></extra>"
    figure.add_heatmap(x=x, y=x, z=times, customdata=pairs, hovertemplate=template, row=2, col=1, **scale)
    if word is not None:
        figure.add_hrect(word - 0.5, word + 0.5, line={"color": GREY, "width": 3}, row=2, col=1)
    words: dict[str, object] = {"tickvals": x, "ticktext": names, "showgrid": False}
    figure.update_xaxes(**axis("word attended to", tickangle=-60, **words), showticklabels=True, row=1)
    figure.update_xaxes(visible=False, fixedrange=True, row=2)
    figure.update_yaxes(**percent_axis("attention", 1, range=[0, max(2 * equal, 1.1 * max(bars))]), row=1)
    words |= {"range": [shown.stop - 0.5, shown.start - 0.5], "tickfont": {"size": 13}}
    figure.update_yaxes(**axis("word that attends", **words), row=2)
    margin = {"l": 10, "r": 10, "t": 10, "b": 10}
    return figure.update_layout(showlegend=False, bargap=0.2, margin=margin, height=height + 20)


def visible(attention: AttentionWeights, word: int | None) -> range:
    """Returns the places of the words that are drawn: the last ones, or those around the word."""
    count = len(attention.words)
    end = count if word is None else min(count, max(MOST_WORDS, word + MOST_WORDS // 2))
    return range(max(0, end - MOST_WORDS), end)
