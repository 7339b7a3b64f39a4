from rnn_compare.comparison.baselines import baselines, cached, same_baselines
from rnn_compare.training.engine import Engine
from tests.patience import until
from tests.training.conftest import tiny


def test_a_worker_works_baselines_out_once_for_all_networks_and_the_server_finds_them_kept(engine: Engine) -> None:
    networks = [tiny(cell="LSTM", reviews=200), tiny(cell="GRU", reviews=200)]
    analyses = [engine.analyse(baselines, same_baselines(network)) for network in networks]
    assert analyses[0] is analyses[1]
    until(lambda: analyses[0].ended)
    assert analyses[0].problem is None
    kept = cached(networks[1])
    assert kept is not None
    assert [each.val_accuracy for each in kept] == [each.val_accuracy for each in analyses[0].result]
