"""Which of a class's networks the server trains again."""

from dataclasses import replace

from rnn_compare.lecture.trained.class_networks import ClassNetwork
from rnn_compare.lecture.trained.class_task import class_task, seed_of
from rnn_compare.presets import PHONES
from rnn_compare.server.class_training import REPEATED, to_repeat

TASK = class_task(PHONES.name)
SENT = [ClassNetwork("LSTM", seed_of(1, number), (250, 300 + number)) for number in range(1, 61)]
ENDS = {301, 302, 303, 358, 359, 360}


def bests(networks: list[ClassNetwork]) -> list[int]:
    return [network.best for network in networks]


def test_the_most_distant_are_repeated_first_then_as_many_others_that_nobody_can_foresee() -> None:
    chosen = {secret: bests(to_repeat(TASK, SENT, secret)) for secret in map(str, range(200))}
    assert all(len(set(places)) == 2 * REPEATED for places in chosen.values())
    assert all(set(places[:REPEATED]) < ENDS for places in chosen.values())
    others = [best for places in chosen.values() for best in places[REPEATED:]]
    assert set(others) >= {network.best for network in SENT} - ENDS, "each other one may be among them"
    assert max(map(others.count, others)) < 4 * len(others) / len(SENT)


def test_what_was_repeated_is_not_again_and_for_each_that_is_left_out_another_one_is() -> None:
    chosen = to_repeat(TASK, SENT, "secret")
    repeated = [replace(network, status="repeated" if network in chosen else "") for network in SENT]
    assert to_repeat(TASK, repeated, "secret") == []
    counting = [network for network in repeated if network.deal != chosen[0].deal]
    assert len(to_repeat(TASK, counting, "secret")) == 1


def test_the_servers_own_and_recorded_networks_are_not_repeated() -> None:
    own = [replace(network, origin="server") for network in SENT[:30]]
    played = [replace(network, origin="recording") for network in SENT[30:]]
    assert to_repeat(TASK, own + played, "secret") == []
