from tests.kit.reviews import _nothing_is_found  # noqa: F401  # a fixture
