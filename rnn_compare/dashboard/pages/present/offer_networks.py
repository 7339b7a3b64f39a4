"""The button that offers the step's networks to phones, as a page that reads without this server."""

from rnn_compare.dashboard.pages.present import permissions
from rnn_compare.dashboard.pages.present.lecture_context import Moment
from rnn_compare.report.reader.networks import OWN_TEXTS, has_own_texts
from rnn_compare.server.app import current_app

PURPOSE = "Phones get one file whose networks read reviews on the phone itself, without this machine."


def button(moment: Moment) -> None:
    """Draws the button, where a network of the step can read on a phone."""
    runs = [run for run in moment.shown if run.has_weights]
    if not runs:
        return
    is_offered = moment.state.networks_offered
    permissions.button(
        "Withdraw the networks" if is_offered else "Offer the networks to phones",
        "offer_networks",
        moment.state.version,
        current_app().classroom().offer_networks,
        not is_offered,
        icon=":material/phone_iphone:",
        help=f"{PURPOSE} {OWN_TEXTS}" if has_own_texts(runs) else PURPOSE,
    )
