"""Keeps TensorFlow quiet while the networks are tested."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
