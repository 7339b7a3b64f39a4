"""MGU: state = (1 − f)·state_before + f·candidate, with candidate = tanh(W·input + U·(f·state_before) + b)."""

from rnn_compare.charts.cells.parts import (
    GATE_Y,
    STATE_Y,
    TRACK_Y,
    WIDTH,
    Complement,
    GateBox,
    Joint,
    Label,
    Operation,
    Picture,
    Pill,
    Product,
    Strip,
    Track,
    feed,
    wire,
)

FORGET_X, CANDIDATE_X = 160, 450
TAP_X, RECALL_X = 20, 270
MIX_Y = 122

PICTURE = Picture(
    shades=("#CC79A7", "#A64D9B", "#8C6BC8", "#C2577F", "#9D7BB8", "#B04FC0", "#A8708F", "#B97BD0"),
    drawing=(
        Track(FORGET_X, CANDIDATE_X, keeps=Complement("f")),
        Track(0, FORGET_X),
        Track(CANDIDATE_X, WIDTH, arrow=True),
        Label(86, 37, "state h_{t−1}"),
        Label(305, 37, "kept"),
        Label(523, 37, "output h_t"),
        Strip(86, TRACK_Y, "state_before"),
        Strip(305, TRACK_Y, Product((Complement("f"), "state_before"))),
        Strip(523, TRACK_Y, "state"),
        GateBox(FORGET_X, "forget", "σ", "f", "renews {}"),
        GateBox(CANDIDATE_X, "candidate", "tanh", "candidate", "to write"),
        wire((FORGET_X, GATE_Y), (FORGET_X, TRACK_Y + 13)),
        wire((FORGET_X, MIX_Y), (CANDIDATE_X - 13, MIX_Y)),
        Joint(FORGET_X, MIX_Y),
        Pill(FORGET_X, 94, "1 − f"),
        Operation("×", FORGET_X, TRACK_Y),
        wire((CANDIDATE_X, GATE_Y), (CANDIDATE_X, MIX_Y + 13)),
        wire((CANDIDATE_X, MIX_Y - 13), (CANDIDATE_X, TRACK_Y + 13)),
        Operation("×", CANDIDATE_X, MIX_Y),
        Operation("+", CANDIDATE_X, TRACK_Y),
        # The gate acts before the product with the recurrent kernel: on the state itself.
        wire((TAP_X, TRACK_Y), (TAP_X, STATE_Y), (RECALL_X - 13, STATE_Y)),
        wire((RECALL_X + 13, STATE_Y), (CANDIDATE_X - 9, STATE_Y)),
        wire((FORGET_X + 55, 192), (RECALL_X, 192), (RECALL_X, STATE_Y - 13)),
        Joint(TAP_X, TRACK_Y),
        Operation("×", RECALL_X, STATE_Y),
        Label(357, STATE_Y - 16, "recalled"),
        Strip(357, STATE_Y, Product(("f", "state_before"))),
        *feed((FORGET_X, CANDIDATE_X)),
    ),
)
