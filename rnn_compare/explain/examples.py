"""Example reviews, which people read alike and networks may not."""

EXAMPLES = {
    "Good review": "A wonderful film. The acting is superb, the story is moving, and I left the cinema happy.",
    "Bad review": "What a waste of time. The plot is dull, the acting is awful, and the jokes fall flat.",
    "Turn at the end": (
        "The first hour is slow and I nearly left. The dialogue is poor and some scenes are simply bad. "
        "But then it becomes one of the best films I have ever seen, brilliant and beautiful to the last minute."
    ),
    "Irony": "Oh great, another masterpiece about a talking dog. I could hardly stay awake for all that excitement.",
    "Negation": "This is not a bad movie at all. It is never boring, and nobody should miss it.",
}
QUESTIONS = {
    "Turn at the end": "Two negative sentences, then a positive one. Do the networks notice?",
    "Irony": "Positive words, meant negatively. Do the networks notice?",
    "Negation": "Negative words, all negated. Do the networks notice?",
}
"""What to ask of those examples that a network may well get wrong."""
