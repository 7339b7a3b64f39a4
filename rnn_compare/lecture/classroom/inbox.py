"""The check of the reviews that phones send."""

from rnn_compare.errors import UserError
from rnn_compare.formatting import visible

LONGEST_REVIEW = 2000


def checked_review(text: object) -> str:
    """Returns a phone's review without control characters; ``text`` is any JSON value.

    Raises:
        UserError: If it is not a valid review.

    Example:
        >>> checked_review(" A good\\x00 film. ")
        'A good film.'
    """
    if not isinstance(text, str):
        raise UserError("A review must be text.")
    if len(text) > LONGEST_REVIEW:
        raise UserError(f"The review has {len(text):,} characters; the limit is {LONGEST_REVIEW:,}.")
    plain = visible(text, besides="\n").strip()
    if not any(sign.isprintable() for sign in plain):
        raise UserError("Write a review first.")
    return plain
