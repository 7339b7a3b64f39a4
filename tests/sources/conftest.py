"""The small files in the format of Keras' own, and the environment in which nothing else is found."""

from tests.reviews.conftest import _nothing_is_found, keras_folder, write_keras_files  # noqa: F401  # fixtures
