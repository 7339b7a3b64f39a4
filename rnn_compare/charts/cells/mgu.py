"""MGU: state = (1 − f)·state_before + f·candidate, with candidate = tanh(W·input + U·(f·state_before) + b)."""

from rnn_compare.charts.cells import parts as draw
from rnn_compare.charts.cells.parts import GATE_Y, STATE_Y, TRACK_Y, WIDTH

FORGET_X, CANDIDATE_X = 160, 450
TAP_X, RECALL_X = 20, 270
MIX_Y = 122

PICTURE = draw.Picture(
    shades=("#CC79A7", "#A64D9B", "#8C6BC8", "#C2577F", "#9D7BB8", "#B04FC0", "#A8708F", "#B97BD0"),
    drawing=(
        draw.Track(FORGET_X, CANDIDATE_X, keeps=draw.Complement("f")),
        draw.Track(0, FORGET_X),
        draw.Track(CANDIDATE_X, WIDTH, arrow=True),
        draw.Label(86, 37, "state h_{t−1}"),
        draw.Label(305, 37, "kept"),
        draw.Label(523, 37, "output h_t"),
        draw.Strip(86, TRACK_Y, "state_before"),
        draw.Strip(305, TRACK_Y, draw.Product((draw.Complement("f"), "state_before"))),
        draw.Strip(523, TRACK_Y, "state"),
        draw.GateBox(FORGET_X, "forget", "σ", "f", "renews {}"),
        draw.GateBox(CANDIDATE_X, "candidate", "tanh", "candidate", "to write"),
        draw.wire((FORGET_X, GATE_Y), (FORGET_X, TRACK_Y + 13)),
        draw.wire((FORGET_X, MIX_Y), (CANDIDATE_X - 13, MIX_Y)),
        draw.Joint(FORGET_X, MIX_Y),
        draw.Pill(FORGET_X, 94, "1 − f"),
        draw.Operation("×", FORGET_X, TRACK_Y),
        draw.wire((CANDIDATE_X, GATE_Y), (CANDIDATE_X, MIX_Y + 13)),
        draw.wire((CANDIDATE_X, MIX_Y - 13), (CANDIDATE_X, TRACK_Y + 13)),
        draw.Operation("×", CANDIDATE_X, MIX_Y),
        draw.Operation("+", CANDIDATE_X, TRACK_Y),
        # The gate acts before the product with the recurrent kernel: on the state itself.
        draw.wire((TAP_X, TRACK_Y), (TAP_X, STATE_Y), (RECALL_X - 13, STATE_Y)),
        draw.wire((RECALL_X + 13, STATE_Y), (CANDIDATE_X - 9, STATE_Y)),
        draw.wire((FORGET_X + 55, 192), (RECALL_X, 192), (RECALL_X, STATE_Y - 13)),
        draw.Joint(TAP_X, TRACK_Y),
        draw.Operation("×", RECALL_X, STATE_Y),
        draw.Label(357, STATE_Y - 16, "recalled"),
        draw.Strip(357, STATE_Y, draw.Product(("f", "state_before"))),
        *draw.feed((FORGET_X, CANDIDATE_X)),
    ),
)
