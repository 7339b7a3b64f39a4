"""Attention over the words of a review: bars of what one word attends to, above the matrix of all words."""

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from rnn_compare.charts.plotly_style import GREY, axis, in_percent, percent_axis, plain
from rnn_compare.explain.word_by_word import AttentionWeights

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


def attention_chart(attention: AttentionWeights, word: int | None, color: str) -> go.Figure:
    """Returns the bars of a word, or of the mean over all words, and the matrix; its columns stand below the bars."""
    shown, equal = visible(attention, word), 100 * attention.equal
    first = attention.matrix.shape[1] - len(attention.words)
    rows = attention.matrix[:, first + shown.start : first + shown.stop]
    bars = in_percent((rows.mean(axis=0) if word is None else rows[word]).tolist())
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
