"""The shipped pack loads and has no error; warnings, such as facts to look at again, may be there."""

from __future__ import annotations

import pytest

from bot.checks.run import check_pack
from bot.trees.places import find_pack, locales
from tests.content.tiny import AT


@pytest.mark.rule("NEUT-1", "NEUT-4", "NEUT-5", "NEUT-7", "NEUT-9", "OPEN-2", "CARE-2", "CARE-5", "HON-3", "SEND-9")
def test_the_shipped_pack_is_good() -> None:
    """No check finds an error in the shipped content, in any language that it lists."""
    errors = [str(one) for one in check_pack(find_pack("uk"), locales(), AT) if one.severity == "error"]
    assert errors == []
