"""Everything that is kept, sealed, and forgotten on time. `open_store` is the door."""

from bot.store.sql import SqlStore, StoreProblem, open_store
from bot.store.vault import KeyProblem, Keyring, new_key_text

__all__ = ["KeyProblem", "Keyring", "SqlStore", "StoreProblem", "new_key_text", "open_store"]
