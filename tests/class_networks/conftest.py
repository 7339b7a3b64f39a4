from tests.lecture.conftest import restart

__all__ = ["restart"]
