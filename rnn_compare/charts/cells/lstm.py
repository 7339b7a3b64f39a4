"""LSTM: carry = f·carry_before + i·candidate; state = o·tanh(carry)."""

from rnn_compare.charts.cells import parts as draw
from rnn_compare.charts.cells.parts import GATE_Y, STATE_Y, TRACK_Y, WIDTH

FORGET_X, INPUT_X, CANDIDATE_X, OUTPUT_X = 132, 249, 366, 483
ADD_X, LEAVE_X = 307.5, 561
MIX_Y = 126

PICTURE = draw.Picture(
    shades=("#0072B2", "#3F98DA", "#4A63C9", "#0E8FA8", "#7C8FC4", "#2F78D6", "#6C7FA6", "#3E86A0"),
    gradient_note="On the carry track only the forget gate scales the gradient.",
    drawing=(
        draw.Track(FORGET_X, ADD_X, keeps="f"),
        draw.Track(0, FORGET_X),
        draw.Track(ADD_X, WIDTH, arrow=True),
        draw.Label(12, 37, "carry c_{t−1}", anchor="start"),
        draw.Label(219, 37, "kept"),
        draw.Label(395, 37, "carry c_t"),
        draw.Strip(64, TRACK_Y, "carry_before", scale="carry"),
        draw.Strip(219, TRACK_Y, draw.Product(("f", "carry_before")), scale="carry"),
        draw.Strip(395, TRACK_Y, "carry", scale="carry"),
        draw.GateBox(FORGET_X, "forget", "σ", "f", "keeps {}"),
        draw.GateBox(INPUT_X, "input", "σ", "i", "writes {}"),
        draw.GateBox(CANDIDATE_X, "candidate", "tanh", "candidate", "to write"),
        draw.GateBox(OUTPUT_X, "output", "σ", "o", "shows {}"),
        draw.wire((FORGET_X, GATE_Y), (FORGET_X, TRACK_Y + 13)),
        draw.Operation("×", FORGET_X, TRACK_Y),
        draw.wire((INPUT_X, GATE_Y), (INPUT_X, MIX_Y), (ADD_X - 13, MIX_Y)),
        draw.wire((CANDIDATE_X, GATE_Y), (CANDIDATE_X, MIX_Y), (ADD_X + 13, MIX_Y)),
        draw.wire((ADD_X, MIX_Y - 13), (ADD_X, TRACK_Y + 13)),
        draw.Operation("×", ADD_X, MIX_Y),
        draw.Operation("+", ADD_X, TRACK_Y),
        draw.wire((OUTPUT_X, TRACK_Y), (OUTPUT_X, MIX_Y - 13)),
        draw.wire((OUTPUT_X, GATE_Y), (OUTPUT_X, MIX_Y + 13)),
        draw.wire((OUTPUT_X + 13, MIX_Y), (LEAVE_X, MIX_Y), (LEAVE_X, STATE_Y), (WIDTH - 2, STATE_Y)),
        draw.Joint(OUTPUT_X, TRACK_Y),
        draw.Pill(OUTPUT_X, 86, "tanh"),
        draw.Operation("×", OUTPUT_X, MIX_Y),
        draw.Strip(LEAVE_X, 194, "state", vertical=True),
        draw.Label(588, STATE_Y + 28, "output h_t", anchor="end"),
        draw.Strip(64, STATE_Y, "state_before"),
        draw.Label(12, STATE_Y + 28, "state h_{t−1}", anchor="start"),
        draw.wire((0, STATE_Y), (OUTPUT_X - 9, STATE_Y)),
        *draw.feed((FORGET_X, INPUT_X, CANDIDATE_X, OUTPUT_X)),
    ),
)
