"""GRU: state = z·state_before + (1 − z)·candidate, with candidate = tanh(W·input + r·(U·state_before) + b)."""

from rnn_compare.charts.cells import parts as draw
from rnn_compare.charts.cells.parts import GATE_Y, STATE_Y, TRACK_Y, WIDTH

UPDATE_X, RESET_X, CANDIDATE_X = 160, 300, 450
TAP_X, RESET_TIMES_X = 20, 376
MIX_Y = 114

PICTURE = draw.Picture(
    shades=("#009E73", "#7A9A1F", "#2C8C4A", "#3BA57A", "#5F8F6B", "#85992F", "#1F8F86", "#5E8C2E"),
    drawing=(
        draw.Track(UPDATE_X, CANDIDATE_X, keeps="z"),
        draw.Track(0, UPDATE_X),
        draw.Track(CANDIDATE_X, WIDTH, arrow=True),
        draw.Label(86, 37, "state h_{t−1}"),
        draw.Label(305, 37, "kept"),
        draw.Label(523, 37, "output h_t"),
        draw.Strip(86, TRACK_Y, "state_before"),
        draw.Strip(305, TRACK_Y, draw.Product(("z", "state_before"))),
        draw.Strip(523, TRACK_Y, "state"),
        draw.GateBox(UPDATE_X, "update", "σ", "z", "keeps {}"),
        draw.GateBox(RESET_X, "reset", "σ", "r", "lets {} in"),
        draw.GateBox(CANDIDATE_X, "candidate", "tanh", "candidate", "to write"),
        draw.wire((UPDATE_X, GATE_Y), (UPDATE_X, TRACK_Y + 13)),
        draw.wire((UPDATE_X, MIX_Y), (CANDIDATE_X - 13, MIX_Y)),
        draw.Joint(UPDATE_X, MIX_Y),
        draw.Pill(305, MIX_Y, "1 − z"),
        draw.Operation("×", UPDATE_X, TRACK_Y),
        draw.wire((CANDIDATE_X, GATE_Y), (CANDIDATE_X, MIX_Y + 13)),
        draw.wire((CANDIDATE_X, MIX_Y - 13), (CANDIDATE_X, TRACK_Y + 13)),
        draw.Operation("×", CANDIDATE_X, MIX_Y),
        draw.Operation("+", CANDIDATE_X, TRACK_Y),
        # The reset gate acts after the product with the recurrent kernel: on the old state's share alone.
        draw.wire((TAP_X, TRACK_Y), (TAP_X, STATE_Y), (RESET_TIMES_X - 13, STATE_Y)),
        draw.wire((RESET_TIMES_X + 13, STATE_Y), (CANDIDATE_X - 9, STATE_Y)),
        draw.wire((RESET_X + 55, 192), (RESET_TIMES_X, 192), (RESET_TIMES_X, STATE_Y - 13)),
        draw.Joint(TAP_X, TRACK_Y),
        draw.Operation("×", RESET_TIMES_X, STATE_Y),
        *draw.feed((UPDATE_X, RESET_X, CANDIDATE_X)),
    ),
)
