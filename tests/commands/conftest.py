from tests.cast import cast, client_of

__all__ = ["cast", "client_of"]
