from tests.cast import cast, client_of
from tests.waiting import sound_and_not, three

__all__ = ["cast", "client_of", "sound_and_not", "three"]
