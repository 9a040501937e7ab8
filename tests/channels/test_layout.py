"""A reply as the messages of each channel: limits, what stands where, and the first line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import cast

import pytest

from bot.channels.layout import lay_out
from bot.channels.segments import count
from bot.engine.model import Channel, Reply, Service, Text
from tests.channels.layout_kit import NOW, SAY, UTILITIES, options, page_of, pages, risk, sayer

TYPED = [Channel.SMS, Channel.WHATSAPP]
LEAD_1, LEAD_2 = SAY(Text("system/lead-in-1")), SAY(Text("system/lead-in-2"))


def reply(*blocks: str, **more: object) -> Reply:
    return Reply("test/page", tuple(Text(block) for block in blocks), **more)  # type: ignore[arg-type]


def long_text(paragraphs: int, sentences: int = 6) -> str:
    return "\n\n".join(
        " ".join(f"Sentence {number} of part {part} stands here." for number in range(sentences))
        for part in range(paragraphs)
    )


@pytest.mark.parametrize("channel", TYPED)
def test_numbered_lines_and_keys(channel: Channel) -> None:
    """SMS and WhatsApp show one option a line, then one line of keys."""
    laid = page_of(reply("Hello.", options=options("One", "Two"), utilities=UTILITIES), channel)
    assert [one.text.splitlines()[-3:] for one in laid.messages] == [
        ["1 One", "2 Two", "8 person, 9 close, 0 back, 00 menu, # language"]
    ]
    assert not any(one.buttons for one in laid.messages)


@pytest.mark.parametrize(
    ("utilities", "line"),
    [
        pytest.param(("person", "close", "menu", "languages"), "8 person, 9 close, 00 menu, # language", id="no back"),
        pytest.param(("close",), "9 Close", id="one"),
    ],
)
def test_line_of_keys_names_what_there_is(utilities: tuple[str, ...], line: str) -> None:
    """The line has no key that does nothing here."""
    assert page_of(reply("Hello.", utilities=utilities), Channel.SMS).messages[-1].text.endswith("\n" + line)


def test_buttons() -> None:
    """Telegram shows a button a row for options, utilities in rows of three, each with its turn's token."""
    laid = page_of(reply("Hello.", options=options("One", "Two"), utilities=UTILITIES, serial=12), Channel.TELEGRAM)
    assert laid.messages[0].text == "Hello."
    assert laid.messages[0].buttons == (
        (("1 One", "12:1"),),
        (("2 Two", "12:2"),),
        (("8 Person", "12:8"), ("9 Close", "12:9"), ("0 Back", "12:0")),
        (("00 Menu", "12:00"), ("# Language", "12:#")),
    )


def test_more_options_on_every_channel() -> None:
    """7 follows the options when it shows further ones."""
    one = reply("Hello.", options=options("One"), more_options=True)
    assert page_of(one, Channel.SMS).messages[0].text.endswith("1 One\n7 More")
    assert page_of(one, Channel.TELEGRAM).messages[0].buttons == ((("1 One", "0:1"),), (("7 More", "0:7"),))
    assert not page_of(one, Channel.SMS).more


@pytest.mark.rule("SEND-3")
@pytest.mark.parametrize("channel", Channel)
def test_long_text_goes_on_under_more(channel: Channel) -> None:
    """A long text has pages; only the last one has the options, the others 7."""
    found = pages(reply(long_text(9), options=options("One"), utilities=UTILITIES), channel)
    assert len(found) > 1
    assert [laid.more for laid in found] == [True] * (len(found) - 1) + [False]
    for laid in found:
        shown = laid.messages[-1].text + str(laid.messages[-1].buttons)
        assert ("7 More" in shown, "1 One" in shown) == (laid.more, not laid.more)
        assert "8 " in shown


@pytest.mark.rule("SEND-3")
@pytest.mark.parametrize("channel", Channel)
def test_a_page_past_the_last_is_the_last(channel: Channel) -> None:
    """Content that became shorter under a reader lands on its last page."""
    one = reply(long_text(9))
    assert page_of(replace(one, page=10**9), channel) == pages(one, channel)[-1]


def test_breaks_fall_between_paragraphs_first() -> None:
    """Two paragraphs that do not fit one message stand whole in two."""
    first, second = "A" + "a" * 300 + ".", "B" + "b" * 300 + "."
    laid = page_of(reply(f"{first}\n\n{second}"), Channel.WHATSAPP)
    assert [one.text for one in laid.messages] == [first, second]


def test_then_between_sentences() -> None:
    """A paragraph that no message holds breaks after a full stop."""
    laid = page_of(reply(long_text(1, sentences=20)), Channel.WHATSAPP)
    assert all(one.text.endswith(".") for one in laid.messages)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        pytest.param("word " * 91 + "0800 0121 700 " * 3 + "word " * 40, "0800 0121 700", id="phone"),
        pytest.param("word " * 94 + "of 5 working days and " + "word " * 40, "5 working", id="figure and its unit"),
        pytest.param("Word. " * 78 + "See St. Mungo here. " + "Word. " * 30, "St. Mungo", id="short for saint"),
    ],
)
def test_never_inside_a_figure_or_a_name(text: str, kept: str) -> None:
    """A number or a name is never read in two halves."""
    laid = page_of(reply(text.strip()), Channel.WHATSAPP)
    joined = [one.text for one in laid.messages]
    assert sum(one.count(kept) for one in joined) == text.count(kept)


def test_never_inside_a_placed_value() -> None:
    """A value that the engine placed stays whole wherever it falls."""
    for before in range(80, 96):
        value = "The Organisation of Several Words"
        say = sayer(key="word " * before + "{name} " + "word " * 30)
        laid = lay_out(Reply("x", (Text.of("key", name=value),)), say, Channel.WHATSAPP, NOW)
        assert any(value in one.text for one in laid.messages), before


def test_graphemes_stay_whole() -> None:
    """A word longer than a message breaks between what a reader sees as letters."""
    laid = page_of(reply("👩‍👩‍👧" * 200), Channel.SMS)
    assert all(set(one.text.replace("👩‍👩‍👧", "")) == set() for one in laid.messages[:-1])


# --- fields of an option


def field_blocks(size: int) -> tuple[Text, ...]:
    names = ("is", "first", "who_knows", "asks", "gives", "hard", "undo", "duration")
    found: list[Text] = []
    for name in names:
        found.append(Text(f"system/field-{name}"))
        many = name in ("gives", "hard")
        found += [Text(f"nrm/decide.enter:{name}" + (f".{at}" if many else "")) for at in range(2 if many else 1)]
    return tuple(found)


def field_say(size: int):  # type: ignore[no-untyped-def]
    words = " ".join(["Word."] * (size // 6))
    return sayer(**{text.key: f"{text.key[17:]} {words}" for text in field_blocks(size) if text.key[0] == "n"})


@pytest.mark.rule("SEND-3", "NEUT-7")
@pytest.mark.parametrize("size", [60, 120, 190, 300])
@pytest.mark.parametrize("channel", Channel)
def test_fields_are_whole_and_gains_stand_with_what_may_be_hard(channel: Channel, size: int) -> None:
    """No field is broken that a message can hold, and gains share a page with hards where one can hold both."""
    one = Reply("nrm/decide.enter", field_blocks(size), options("More"), UTILITIES)
    found = pages(one, channel, field_say(size))
    for laid in found:
        page = "\n".join(message.text for message in laid.messages)
        assert ("What it may give:" in page) == ("What may be hard:" in page)
    texts = [message.text for laid in found for message in laid.messages]
    words = " ".join(["Word."] * (size // 6))
    for name in ("is", "first", "undo", "duration"):
        assert any(f"{name} {words}" in text for text in texts)


def test_several_gains_are_a_list() -> None:
    """A field of one text stands behind its name, one of several below it."""
    laid = page_of(Reply("x", field_blocks(60), options("More")), Channel.WHATSAPP, field_say(6))
    assert "What it is: is Word." in laid.messages[0].text
    assert "What it may give:\n- gives.0 Word.\n- gives.1 Word." in laid.messages[0].text


# --- the first line


@pytest.mark.rule("OPEN-2")
@pytest.mark.parametrize("channel", Channel)
def test_lead_in_where_the_first_line_is_not_neutral(channel: Channel) -> None:
    """Every message whose first 80 characters hold a risk word gets a lead-in, the first the first one."""
    laid = page_of(reply("Police. " + "word " * 80, "The police. " + "word " * 80), channel)
    assert len(laid.messages) >= 2
    assert laid.messages[0].text.startswith(LEAD_1)
    assert sum(one.text.startswith(LEAD_2) for one in laid.messages) == 1
    assert not any(risk(one.text[:80]) for one in laid.messages)


@pytest.mark.rule("OPEN-2")
def test_lead_in_in_front_of_options_alone() -> None:
    """Labels that land in a message of their own are looked at too."""
    labels = [f"About the police, part {n}, and more words" for n in range(7)]
    laid = page_of(reply("word " * 80, options=options(*labels)), Channel.SMS)
    assert [one.text.startswith(LEAD_2) for one in laid.messages] == [False, True]


@pytest.mark.rule("OPEN-2")
@pytest.mark.parametrize(
    ("text", "led"),
    [
        pytest.param("a" * 70 + " xrisk", True, id="within 80 of the basic alphabet"),
        pytest.param("ë" * 70 + " xrisk", False, id="past 60 of the wide one"),
        pytest.param("ë" * 50 + " xrisk", True, id="within 60 of the wide one"),
        pytest.param("a" * 70 + "… xrisk", True, id="one dash does not make a script wide"),
    ],
)
def test_how_far_a_lock_screen_shows(text: str, led: bool) -> None:
    """80 characters, 60 in scripts that use the wide SMS alphabet."""
    assert page_of(reply(text), Channel.WHATSAPP).messages[0].text.startswith(LEAD_1) == led


# --- SMS alphabet


@pytest.mark.rule("SEND-3")
def test_plain_punctuation_on_sms() -> None:
    """Look-alikes of punctuation become plain on SMS, so the text stays in the basic alphabet."""
    fancy = "\u201cIt\u2019s here\u201d \u2013 now\u2026\u00a0"
    text = page_of(reply(fancy), Channel.SMS).messages[0].text
    assert text == '"It\'s here" - now...'
    assert count(text).encoding == "GSM-7"
    assert page_of(reply(fancy), Channel.WHATSAPP).messages[0].text == fancy.strip()


@pytest.mark.parametrize("text", ["nuk është ç", "są ż ł", "không được", "من أنا", "ሰላም", "می‌خواهم"])
def test_letters_are_never_folded(text: str) -> None:
    """Diacritics and joiners carry meaning: the text arrives in its own script."""
    assert page_of(reply(text), Channel.SMS).messages[0].text == text


@pytest.mark.rule("OPEN-1")
def test_the_check_fits_one_part() -> None:
    """The first reply on SMS is one part in English."""
    blocks = ("system/check", "system/check-close", "system/check-languages-sms")
    laid = page_of(reply(*blocks, options=options("system/check-yes", "system/check-no")), Channel.SMS)
    assert [count(one.text).segments for one in laid.messages] == [1]


# --- checked line and services


@pytest.mark.rule("NEUT-9")
@pytest.mark.parametrize(("expired", "key"), [(False, "system/checked"), (True, "system/checked-expired")])
def test_checked_line_ends_the_content(expired: bool, key: str) -> None:
    """The month of the oldest source stands under the last page's content, before the options."""
    seen = date(2026, 5, 10)
    one = reply("Fact.", options=options("One"), checked=seen, expired=expired)
    line = SAY(Text.of(key, month=seen))
    assert page_of(one, Channel.WHATSAPP).messages[0].text == f"Fact.\n\n{line}\n\n1 One"


CODES = {"england": "GB-ENG", "wales": "GB-WLS", "scotland": "GB-SCT", "ni": "GB-NIR"}


def service(name: str = "Line", **more: object) -> Service:
    known: dict[str, object] = {
        "id": name.lower(), "name": name, "phone": "116 123", "whom": Text("For anybody."), "about": Text("A free line."),
        "needs": (), "nations": ("england", "wales", "scotland", "ni"), "ways": ("voice",), "always": False,
        "bank_holidays": "unknown", "opens": None, "hours": None, "cost": Text("Free"),
        "languages": Text("English"), "run_by": "A charity", "seen": NOW.date(), "check_by": NOW.date(),
        "confidence": "high",
    }  # fmt: skip
    nations = cast("tuple[str, ...]", (known | more)["nations"])
    of_pack = {
        "zone": "Europe/London",
        "holidays": tuple(CODES[one] for one in nations),
        "everywhere": len(nations) == 4,
    }
    return Service(**(of_pack | known | more))  # type: ignore[arg-type]


WEEK = {"mon": ("09:00", "17:00"), "fri": ("10:00", "12:00")}
ENGLAND = {"opens": WEEK, "nations": ("england",)}


def opens(day: str, hour: int) -> str:
    at = f"{day} {hour:02}:00:00+00:00"
    return f"Opens {at} at {at}."


HOURS = [
    ("always", {"always": True, "hours": Text("Day and night")}, NOW, "Open now. Hours: Day and night"),
    ("open", {"opens": WEEK}, NOW, "Open now."),
    ("not yet", {"opens": WEEK}, NOW.replace(hour=8), opens("2026-11-23", 9)),
    ("no longer", {"opens": WEEK}, NOW.replace(hour=17), opens("2026-11-27", 10)),
    ("summer time", {"opens": WEEK}, datetime(2026, 7, 6, 8, 30, tzinfo=UTC), "Open now."),
    ("next week", ENGLAND | {"opens": {"mon": ("09:00", "17:00")}}, NOW.replace(hour=18), opens("2026-11-30", 9)),
    ("past midnight", {"opens": {"sun": ("18:00", "02:00")}}, NOW.replace(hour=1), "Open now."),
    ("words only", {"hours": Text("Most days")}, NOW, "Hours: Most days"),
    ("not known", {}, NOW, "Hours are not known here."),
]


@pytest.mark.parametrize(("more", "at", "line"), [r[1:] for r in HOURS], ids=[r[0] for r in HOURS])
def test_hours_of_a_service(more: dict[str, object], at: datetime, line: str) -> None:
    """Whether it is open now, in UK time, or when it opens next."""
    laid = lay_out(Reply("x", (), services=(service(**more),)), SAY, Channel.WHATSAPP, at)
    assert line in laid.messages[0].text.splitlines()


BOXING_DAY = datetime(2026, 12, 28, 11, tzinfo=UTC)
"""A Monday, and the day on which Boxing Day is kept in all four nations."""
ST_ANDREWS = datetime(2026, 11, 30, 11, tzinfo=UTC)
"""A Monday, and a bank holiday in Scotland alone."""
ON_HOLIDAYS = [
    ("unknown", {"opens": WEEK}, BOXING_DAY, opens("2027-01-08", 10)),
    ("closed", {"opens": WEEK, "bank_holidays": "closed"}, BOXING_DAY, opens("2027-01-08", 10)),
    ("open", {"opens": WEEK, "bank_holidays": "open"}, BOXING_DAY, "Open now."),
    ("day and night, unknown", {"always": True, "hours": Text("Day and night")}, BOXING_DAY, "Hours: Day and night"),
    ("day and night, open", {"always": True, "bank_holidays": "open"}, BOXING_DAY, "Open now."),
    ("of one nation", {"opens": WEEK, "nations": ("scotland",)}, ST_ANDREWS, opens("2026-12-04", 10)),
    ("of another nation", ENGLAND, ST_ANDREWS, "Open now."),
]


@pytest.mark.rule("NEUT-9")
@pytest.mark.parametrize(("more", "at", "start"), [r[1:] for r in ON_HOLIDAYS], ids=[r[0] for r in ON_HOLIDAYS])
def test_a_bank_holiday_counts_as_closed_unless_said_otherwise(
    more: dict[str, object], at: datetime, start: str
) -> None:
    """A line of which bank holidays are not known is not said to be open on one."""
    laid = lay_out(Reply("x", (), services=(service(**more),)), SAY, Channel.WHATSAPP, at)
    lines = laid.messages[0].text.splitlines()
    assert any(line.startswith(start) for line in lines)
    assert start.startswith("Open now") or not any("Open now" in line for line in lines)


WHERE_AND_HOW = [
    ("one nation", {"nations": ("ni",)}, "Where: Northern Ireland"),
    ("two nations", {"nations": ("england", "wales")}, "Where: England, Wales"),
    ("further ways", {"ways": ("voice", "chat")}, "Ways: calls, chat on its website"),
    ("holidays unknown", {"hours": Text("Most days")}, "Public holidays: not known."),
    ("holidays closed", {"hours": Text("Most days"), "bank_holidays": "closed"}, "Shut on public holidays."),
]


@pytest.mark.parametrize(("more", "line"), [r[1:] for r in WHERE_AND_HOW], ids=[r[0] for r in WHERE_AND_HOW])
def test_where_and_how_a_service_is_reached(more: dict[str, object], line: str) -> None:
    """For whom it is, where, in which ways, and whether public holidays are known."""
    laid = lay_out(Reply("x", (), services=(service(**more),)), SAY, Channel.WHATSAPP, NOW)
    assert laid.messages[0].text.splitlines()[1] == "For anybody."
    assert line in laid.messages[0].text.splitlines()


def test_what_the_number_says_is_not_said_again() -> None:
    """A line for the whole UK that takes calls alone has no lines on where and how."""
    laid = lay_out(Reply("x", (), services=(service(),)), SAY, Channel.WHATSAPP, NOW)
    assert not any(line.startswith(("Where:", "Ways:")) for line in laid.messages[0].text.splitlines())


@pytest.mark.parametrize("channel", Channel)
def test_services_are_never_parted(channel: Channel) -> None:
    """An entry stands on one page, and in one message where a message can hold it."""
    about = Text("Words about it. " * 12)
    many = tuple(service(f"Line {n}", about=about) for n in range(9))
    found = pages(Reply("x", (Text("Intro."),), options("One"), UTILITIES, services=many), channel)
    assert len(found) > 1
    texts = [message.text for laid in found for message in laid.messages]
    for one in many:
        (holds,) = [text for text in texts if one.name in text]
        assert "Run by: A charity" in holds.split(one.name)[1]


# --- the ends of the range


def test_nothing_to_say_is_no_message() -> None:
    """An empty reply makes no message, rather than an empty one."""
    assert page_of(reply(), Channel.SMS).messages == ()
    assert page_of(reply("  \n "), Channel.TELEGRAM).messages == ()


def test_buttons_alone_get_a_text() -> None:
    """Telegram takes no message without text."""
    laid = page_of(reply(options=options("One")), Channel.TELEGRAM)
    assert laid.messages[0].text == LEAD_2
    assert laid.messages[0].buttons


@pytest.mark.rule("SEND-3")
def test_labels_longer_than_three_messages_are_not_lost() -> None:
    """Options that no page can hold go on under 7."""
    labels = [f"Label {n} " + "ë" * 110 for n in range(7)]
    found = pages(reply("Hello.", options=options(*labels)), Channel.SMS)
    texts = "\n".join(message.text for laid in found for message in laid.messages)
    assert all(f"{n + 1} {label}" in texts for n, label in enumerate(labels))
    assert all(len(laid.messages) <= 3 for laid in found)


@pytest.mark.rule("SEND-3")
@pytest.mark.parametrize("channel", Channel)
def test_fields_as_the_compiler_makes_them(channel: Channel) -> None:
    """A field that comes as a frame with its name placed in it is known as that field too."""
    names = ("is", "first", "who_knows", "asks", "gives", "hard", "undo", "duration")
    words = {f"nrm/decide.enter:{name}": f"<{name} {'Word. ' * 30}>" for name in names}
    say = sayer(field="{name} {body}", **words)
    blocks = tuple(
        Text.of("field", name=Text(f"system/field-{name}"), body=Text(f"nrm/decide.enter:{name}")) for name in names
    )
    found = pages(Reply("nrm/decide.enter", blocks, options("More"), UTILITIES), channel, say)
    for laid in found:
        page = "\n".join(message.text for message in laid.messages)
        assert ("<gives" in page) == ("<hard" in page)
        assert all(message.text.count("<") == message.text.count(">") for message in laid.messages)
