"""The desk's routes. Each checks nothing itself: the guard lets in, the verbs of `bot.service.desk` decide."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from bot.desk import words
from bot.desk.guard import Guard, channel_name, from_this_machine, not_there
from bot.desk.product import DeskProduct, is_demo
from bot.desk.stream import Streams
from bot.ports import Author
from bot.service import desk as verbs
from bot.service import sign_in as doors

Answer = BaseResponse | str | tuple[str, int]

STATUS = {verbs.NotYours: 404, verbs.Taken: 409, verbs.Over: 409, verbs.BadText: 422}
PROBLEMS = {
    400: "This form was too old or was not made by this page. Nothing was done. Go back and try again.",
    404: "There is no such page.",
    413: "This text is too long. Nothing was sent.",
    421: "The desk works over https, or on this very machine. Set OWNSTEPS_PUBLIC_URL to its https address.",
}


def desk_blueprint(
    product: DeskProduct, *, streams: Streams | None = None, brake: doors.Brake | None = None
) -> Blueprint:
    """All pages under /desk. `streams` and `brake` stand for the usual ones in tests."""
    blueprint = Blueprint("desk", __name__, url_prefix="/desk", template_folder="templates", static_folder="static")
    guard = Guard(product)
    guard.install(blueprint)
    _add_words(blueprint, product)
    _add_doors(blueprint, product, guard, brake or doors.Brake())
    _add_pages(blueprint, product)
    _add_acts(blueprint, product)
    _add_stream(blueprint, product, streams or Streams())
    _add_problems(blueprint)
    return blueprint


def _add_words(blueprint: Blueprint, product: DeskProduct) -> None:
    context = product.context

    @blueprint.context_processor
    def helpers() -> dict[str, object]:
        return {
            "officer": g.get("officer"),
            "stage": context.stage.value,
            "now": context.clock(),
            "w": words,
            "clock_time": lambda at: words.clock_time(at, words.zone_of(context)),
            "day_of": lambda at: words.day_of(at, words.zone_of(context)),
            "channel_name": channel_name,
            "agreed_rows": lambda view: words.agreed_rows(context, view, context.clock()),
            "Author": Author,
        }


def _add_doors(blueprint: Blueprint, product: DeskProduct, guard: Guard, brake: doors.Brake) -> None:
    @blueprint.route("/sign-in", methods=["GET", "POST"])
    def sign_in() -> Answer:
        if request.method == "GET":
            return redirect(url_for("desk.queue"), 303) if g.officer else render_template("desk/sign_in.html")
        given = [request.form.get(name, "") for name in ("name", "password", "code")]
        token = doors.sign_in(product.context, brake, *given)
        if token is None:
            return render_template("desk/sign_in.html", wrong=True), 401
        return guard.enter(token)

    @blueprint.post("/sign-out")
    def sign_out() -> Answer:
        doors.sign_out(product.context, g.token)
        return guard.leave()

    @blueprint.get("/demo/<link>")
    def demo(link: str) -> Answer:
        if not is_demo(product) or not from_this_machine():
            not_there()
        token = doors.use_demo_link(product.context, link)
        if token is None:
            return render_template("desk/sign_in.html", used_link=True), 410
        return guard.enter(token)


def _add_pages(blueprint: Blueprint, product: DeskProduct) -> None:
    context = product.context

    @blueprint.get("/")
    def queue() -> Answer:
        return render_template("desk/queue.html", queue=verbs.queue(context, g.officer))

    @blueprint.get("/queue")
    def queue_part() -> Answer:
        return render_template("desk/_queue.html", queue=verbs.queue(context, g.officer))

    @blueprint.get("/handoffs/<int:handoff_id>")
    def conversation(handoff_id: int) -> Answer:
        return render_template("desk/conversation.html", chat=verbs.conversation(context, g.officer, handoff_id))

    @blueprint.get("/handoffs/<int:handoff_id>/messages")
    def conversation_part(handoff_id: int) -> Answer:
        return render_template(
            "desk/_messages.html", chat=verbs.conversation(context, g.officer, handoff_id, opened=False)
        )

    @blueprint.get("/handoffs/<int:handoff_id>/close")
    def ask_close(handoff_id: int) -> Answer:
        return render_template("desk/close.html", chat=verbs.conversation(context, g.officer, handoff_id))


def _add_acts(blueprint: Blueprint, product: DeskProduct) -> None:
    context = product.context

    def back_to(handoff_id: int) -> BaseResponse:
        return redirect(url_for("desk.conversation", handoff_id=handoff_id), 303)

    @blueprint.post("/handoffs/<int:handoff_id>/claim")
    def claim(handoff_id: int) -> Answer:
        verbs.claim(context, g.officer, handoff_id)
        return back_to(handoff_id)

    @blueprint.post("/handoffs/<int:handoff_id>/reply")
    def reply(handoff_id: int) -> Answer:
        text = request.form.get("text", "")
        try:
            verbs.reply(context, g.officer, handoff_id, text)
        except verbs.BadText as problem:
            verbs.save_draft(context, g.officer, handoff_id, text)
            chat = verbs.conversation(context, g.officer, handoff_id)
            return render_template("desk/conversation.html", chat=chat, problem=str(problem)), 422
        return back_to(handoff_id)

    @blueprint.post("/handoffs/<int:handoff_id>/draft")
    def draft(handoff_id: int) -> Answer:
        verbs.save_draft(context, g.officer, handoff_id, request.form.get("text", ""))
        return Response(status=204) if request.form.get("by") == "page" else back_to(handoff_id)

    _add_text_act(blueprint, "note", back_to, lambda handoff_id, text: verbs.note(context, g.officer, handoff_id, text))

    @blueprint.post("/handoffs/<int:handoff_id>/hand-back")
    def hand_back(handoff_id: int) -> Answer:
        verbs.hand_back(context, g.officer, handoff_id)
        return redirect(url_for("desk.queue"), 303)

    @blueprint.post("/handoffs/<int:handoff_id>/close")
    def close(handoff_id: int) -> Answer:
        verbs.close(context, g.officer, handoff_id)
        return redirect(url_for("desk.queue"), 303)


def _add_text_act(
    blueprint: Blueprint, name: str, back_to: Callable[[int], BaseResponse], act: Callable[[int, str], None]
) -> None:
    @blueprint.post(f"/handoffs/<int:handoff_id>/{name}", endpoint=name)
    def put(handoff_id: int) -> Answer:
        act(handoff_id, request.form.get("text", ""))
        return back_to(handoff_id)


def _add_stream(blueprint: Blueprint, product: DeskProduct, streams: Streams) -> None:
    @blueprint.get("/events")
    def events() -> Answer:
        if not streams.enter():
            return Response(status=503, headers={"Retry-After": "30"})
        body = streams.follow(product.context, g.token)
        response = Response(body, mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})
        response.call_on_close(streams.leave)
        return response


def _add_problems(blueprint: Blueprint) -> None:
    def page(sentence: str, status: int) -> tuple[str, int]:
        return render_template("desk/problem.html", sentence=sentence), status

    @blueprint.errorhandler(verbs.DeskProblem)
    def refused(problem: verbs.DeskProblem) -> Answer:
        return page(str(problem), STATUS.get(type(problem), 400))

    @blueprint.errorhandler(CSRFError)
    @blueprint.errorhandler(HTTPException)
    def failed(error: HTTPException) -> Answer:
        status = error.code or 500
        return page(PROBLEMS.get(status, "This did not work. Nothing was done."), status)

    @blueprint.errorhandler(Exception)
    def ours(error: Exception) -> Answer:
        """Without the trace, which could hold what was written."""
        current_app.logger.error("a desk page failed: %s", type(error).__name__)
        return page("This did not work, and it is our fault. Nothing was done. Try again.", 500)
