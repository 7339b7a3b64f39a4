from tests.reviews.conftest import _nothing_is_found, keras_folder, write_keras_files  # noqa: F401  # fixtures
