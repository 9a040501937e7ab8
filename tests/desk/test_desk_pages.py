"""The desk over HTTP: what is shown, what is refused, what the browser may keep."""

from __future__ import annotations

import itertools
import json

import pytest
from flask import Flask

from bot.engine.events import RequestHandoff
from bot.engine.model import Channel
from bot.engine.state import Step
from bot.ports import Author, Delivery
from bot.service import desk as verbs
from tests.desk.kit import ALL, NOTHING, Browser, House, paths, signed_in

VALUES = {
    "language": "vi",
    "topic": "nrm/marked-topic",
    "wish": "woman",
    "interpreter": "other",
    "message": "marked own words",
    "knock": True,
}
TRACES = {
    "language": 'data-test="agreed-language"',
    "topic": "nrm/marked-topic",
    "wish": "a woman",
    "interpreter": "another community",
    "message": "marked own words",
    "knock": "One notice",
}
COMBINATIONS = [dict(zip(VALUES, ticks, strict=True)) for ticks in itertools.product((False, True), repeat=6)]


@pytest.mark.rule("HAND-3", "HAND-10")
def test_every_page_shows_what_was_ticked_and_nothing_else(desk: House) -> None:
    """Over all 64 combinations: queue, conversation, fragment and closing page hold the ticked items only."""
    browser = signed_in(desk)
    officer = desk.officer()
    for ticked in COMBINATIONS:
        left_out: dict[str, object] = dict.fromkeys(VALUES) | {"knock": False}
        agreed = RequestHandoff(
            **{name: VALUES[name] if ticked[name] else left_out[name] for name in VALUES}, under_18=False
        )
        handoff = desk.request(
            agreed, channel=Channel.WHATSAPP, lang="ar", trail=(Step("secret/trail"),), confirmed=True
        )
        bodies = [browser.get("/desk/").text]
        verbs.claim(desk.context, officer, handoff.id)
        bodies += [browser.get(path).text for path in (paths(handoff)["page"], paths(handoff)["messages"])]
        bodies.append(browser.get(paths(handoff)["close"]).text)
        shown = bodies[0] + bodies[1]
        for name, trace in TRACES.items():
            assert (trace in shown) is ticked[name], (name, ticked)
        for body in bodies:
            assert "secret/trail" not in body
            assert "+4477009" not in body
            assert "menu/main" not in body
        verbs.close(desk.context, officer, handoff.id)


@pytest.mark.rule("STAFF-3", "ABUSE-2")
def test_no_route_lets_a_stranger_see_anything(desk: House) -> None:
    """Without a session every route of the desk but the way in gives no page and does nothing."""
    handoff = desk.request(ALL)
    app = desk.app()
    browser = Browser(desk, app)
    token = browser.token()
    for rule in app.url_map.iter_rules():
        if rule.endpoint in ("desk.sign_in", "desk.static"):
            continue
        path = rule.rule.replace("<int:handoff_id>", str(handoff.id)).replace("<link>", "guess")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            form = {"csrf_token": token, "text": "x"} if method == "POST" else None
            answer = browser.client.open(path, method=method, base_url=desk.settings.public_url, data=form)
            assert answer.status_code in (303, 401, 404), rule.rule
            assert "I have a question" not in answer.text
    assert desk.audited() == []
    assert verbs.queue(desk.context, desk.officer()).waiting


@pytest.mark.parametrize("act", ["claim", "reply", "note", "draft", "hand-back", "close"])
def test_a_form_without_its_token_is_refused(desk: House, act: str) -> None:
    """A missing or wrong form token gives 400 and changes nothing."""
    handoff = desk.request(confirmed=True)
    browser = signed_in(desk)
    if act != "claim":
        browser.post(paths(handoff)["claim"])
        desk.sent()
    before = desk.audited()
    for fields in ({"text": "x"}, {"text": "x", "csrf_token": "guess"}):
        answer = browser.client.post(paths(handoff)[act], data=fields, base_url="https://desk.example.org")
        assert answer.status_code == 400
    assert desk.audited() == before
    assert desk.sent() == []


def test_every_answer_has_the_strict_headers(desk: House) -> None:
    """Pages, redirects, refusals and files: nothing is cached, framed, sniffed or fetched from elsewhere."""
    browser = signed_in(desk)
    for path in ("/desk/", "/desk/sign-in", "/desk/handoffs/1", "/desk/static/desk.js", "/desk/queue"):
        headers = browser.get(path).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Content-Type-Options"] == "nosniff"
        policy = headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy


def test_pages_have_no_inline_script_or_style_and_no_browser_storage(desk: House) -> None:
    """Everything that runs or paints is an own file; drafts stand on the server only."""
    handoff = desk.request(ALL, confirmed=True)
    browser = signed_in(desk)
    browser.post(paths(handoff)["claim"])
    for path in ("/desk/", paths(handoff)["page"]):
        body = browser.get(path).text
        assert "style=" not in body
        assert "<style" not in body
        assert "<script>" not in body
        assert "onclick" not in body
        assert "http" not in body.replace("http-equiv", "")
        assert body.count("<textarea") == body.count('spellcheck="false" autocomplete="off"')
    script = browser.get("/desk/static/desk.js").text
    assert "Storage" not in script
    assert "indexedDB" not in script


def test_a_whole_conversation_by_forms_alone(desk: House) -> None:
    """Without any script: take, read, reply, note, draft, close with its question."""
    handoff = desk.request(ALL, confirmed=True, channel=Channel.TELEGRAM)
    browser, where = signed_in(desk), {}
    where = paths(handoff)
    assert browser.post(where["claim"]).headers["Location"] == where["page"]
    desk.writes(handoff, "مرحبا")
    browser.post(where["draft"], text="half a th")
    page = browser.get(where["page"]).text
    assert "half a th" in page
    assert 'dir="auto" data-test="words">مرحبا' in page
    browser.post(where["reply"], text="a whole thought")
    assert desk.sent()[-1] == "a whole thought"
    browser.post(where["note"], text="a private thought")
    page = browser.get(where["page"]).text
    assert "half a th" not in page
    assert "a private thought" in page
    assert "a private thought" not in browser.get(where["messages"]).text
    assert 'data-test="delivery">sent' in page
    assert "Close this conversation?" in browser.get(where["close"]).text
    assert browser.post(where["close"]).status_code == 303
    assert "This conversation is closed" in browser.get(where["page"]).text


def test_the_loser_of_a_race_is_told_who_won(desk: House) -> None:
    """409 and the winner's alias; the case itself stays out of reach."""
    handoff = desk.request(ALL)
    app = desk.app()
    sam, kim = signed_in(desk, "Sam", app=app), signed_in(desk, "Kim", app=app)
    sam.post(paths(handoff)["claim"])
    answer = kim.post(paths(handoff)["claim"])
    assert answer.status_code == 409
    assert "Sam has taken this request." in answer.text
    assert kim.get(paths(handoff)["page"]).status_code == 404
    assert "I have a question" not in kim.get("/desk/").text


def test_states_are_told_in_words(desk: House) -> None:
    """Waiting, failed, closed and danger stand in plain words."""
    handoff = desk.request(NOTHING)
    browser = signed_in(desk)
    browser.post(paths(handoff)["claim"])
    browser.post(paths(handoff)["reply"], text="are you well")
    assert "waiting for the person&#39;s check" in browser.get(paths(handoff)["page"]).text

    def more(unit: object) -> None:
        unit.add_message(handoff.id, Author.EVENT, "closed", desk.now)  # type: ignore[attr-defined]
        unit.add_message(handoff.id, Author.PERSON, "x", desk.now, danger=True)  # type: ignore[attr-defined]
        failed = unit.add_message(handoff.id, Author.OFFICER, "y", desk.now, delivery=Delivery.WAITING)  # type: ignore[attr-defined]
        unit.mark_message(failed, Delivery.FAILED, "63016")  # type: ignore[attr-defined]

    desk.store.transact(more)
    page = browser.get(paths(handoff)["page"]).text
    assert "The person closed the chat" in page
    assert "danger words" in page
    assert "not delivered: WhatsApp takes no text 24 hours" in page


def test_a_text_that_is_too_long_is_kept_as_draft(desk: House) -> None:
    """The refusal says why, and nothing typed is lost."""
    handoff = desk.request(confirmed=True)
    browser = signed_in(desk)
    browser.post(paths(handoff)["claim"])
    answer = browser.post(paths(handoff)["reply"], text="long " * 200)
    assert answer.status_code == 422
    assert "three SMS parts" in answer.text
    assert "long long" in browser.get(paths(handoff)["page"]).text


# --- the stream


def events(browser: Browser) -> tuple[object, object]:
    answer = browser.get("/desk/events", buffered=False)
    return answer, (chunk.decode() for chunk in answer.response)


@pytest.mark.rule("HAND-10")
def test_the_stream_tells_ids_and_counters_only(desk: House) -> None:
    """A new request and a new message each give an event, without a word of what they are."""
    handoff = desk.request(ALL, confirmed=True)
    browser = signed_in(desk)
    browser.post(paths(handoff)["claim"])
    answer, lines = events(browser)
    assert next(lines).startswith("retry:")  # type: ignore[call-overload]
    first = json.loads(next(lines).split("data: ")[1])  # type: ignore[call-overload]
    assert set(first) == {"waiting", "held"}
    desk.writes(handoff, "marked words")
    second = next(line for line in lines if "data" in line)  # type: ignore[attr-defined]
    assert "marked" not in second
    assert json.loads(second.split("data: ")[1])["held"][str(handoff.id)] > first["held"][str(handoff.id)]
    answer.close()  # type: ignore[attr-defined]


@pytest.mark.rule("STAFF-3")
def test_a_revoked_session_cuts_the_stream_and_the_pages(desk: House) -> None:
    """An officer who is disabled or signed out elsewhere sees nothing from the next event on."""
    handoff = desk.request(ALL, confirmed=True)
    browser = signed_in(desk)
    browser.post(paths(handoff)["claim"])
    _answer, lines = events(browser)
    next(lines)  # type: ignore[call-overload]
    next(lines)  # type: ignore[call-overload]
    officer_id = desk.officer().id
    desk.store.transact(lambda unit: unit.close_sessions_of(officer_id))
    assert next(lines).startswith("event: ended")  # type: ignore[call-overload]
    assert list(lines) == []  # type: ignore[call-overload]
    assert browser.get(paths(handoff)["page"]).status_code == 303
    assert browser.get(paths(handoff)["messages"]).status_code == 401


def test_streams_are_capped_and_given_back(desk: House) -> None:
    """Above the cap 503; a stream that ends makes room."""
    browser = signed_in(desk)
    opened = [events(browser)[0] for _ in range(2)]
    assert browser.get("/desk/events").status_code == 503
    opened[0].close()  # type: ignore[attr-defined]
    answer, _lines = events(browser)
    assert answer.status_code == 200  # type: ignore[attr-defined]
    for one in (answer, opened[1]):
        one.close()  # type: ignore[attr-defined]


def test_the_blueprint_leaves_webhooks_without_form_tokens(desk: House) -> None:
    """Other routes of the same application take POST without a token."""
    app: Flask = desk.app()
    app.add_url_rule("/webhooks/x", view_func=lambda: "taken", methods=["POST"])
    assert app.test_client().post("/webhooks/x").status_code == 200
