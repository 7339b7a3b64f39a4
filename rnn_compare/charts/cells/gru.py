"""GRU: state = z·state_before + (1 − z)·candidate, with candidate = tanh(W·input + r·(U·state_before) + b)."""

from rnn_compare.charts.cells.parts import (
    GATE_Y,
    STATE_Y,
    TRACK_Y,
    WIDTH,
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

UPDATE_X, RESET_X, CANDIDATE_X = 160, 300, 450
TAP_X, RESET_TIMES_X = 20, 376
MIX_Y = 114

PICTURE = Picture(
    shades=("#009E73", "#7A9A1F", "#2C8C4A", "#3BA57A", "#5F8F6B", "#85992F", "#1F8F86", "#5E8C2E"),
    drawing=(
        Track(UPDATE_X, CANDIDATE_X, keeps="z"),
        Track(0, UPDATE_X),
        Track(CANDIDATE_X, WIDTH, arrow=True),
        Label(86, 37, "state h_{t−1}"),
        Label(305, 37, "kept"),
        Label(523, 37, "output h_t"),
        Strip(86, TRACK_Y, "state_before"),
        Strip(305, TRACK_Y, Product(("z", "state_before"))),
        Strip(523, TRACK_Y, "state"),
        GateBox(UPDATE_X, "update", "σ", "z", "keeps {}"),
        GateBox(RESET_X, "reset", "σ", "r", "lets {} in"),
        GateBox(CANDIDATE_X, "candidate", "tanh", "candidate", "to write"),
        wire((UPDATE_X, GATE_Y), (UPDATE_X, TRACK_Y + 13)),
        wire((UPDATE_X, MIX_Y), (CANDIDATE_X - 13, MIX_Y)),
        Joint(UPDATE_X, MIX_Y),
        Pill(305, MIX_Y, "1 − z"),
        Operation("×", UPDATE_X, TRACK_Y),
        wire((CANDIDATE_X, GATE_Y), (CANDIDATE_X, MIX_Y + 13)),
        wire((CANDIDATE_X, MIX_Y - 13), (CANDIDATE_X, TRACK_Y + 13)),
        Operation("×", CANDIDATE_X, MIX_Y),
        Operation("+", CANDIDATE_X, TRACK_Y),
        # The reset gate acts after the product with the recurrent kernel: on the old state's share alone.
        wire((TAP_X, TRACK_Y), (TAP_X, STATE_Y), (RESET_TIMES_X - 13, STATE_Y)),
        wire((RESET_TIMES_X + 13, STATE_Y), (CANDIDATE_X - 9, STATE_Y)),
        wire((RESET_X + 55, 192), (RESET_TIMES_X, 192), (RESET_TIMES_X, STATE_Y - 13)),
        Joint(TAP_X, TRACK_Y),
        Operation("×", RESET_TIMES_X, STATE_Y),
        *feed((UPDATE_X, RESET_X, CANDIDATE_X)),
    ),
)
