"""The methods of the Bot API that the stand-in plays, each as `(stand-in, parameters) -> result`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from bot.demo import telegram_updates as made
from bot.demo.telegram_chats import Buttons, Chat

if TYPE_CHECKING:
    from bot.demo.telegram_standin import TelegramStandIn

Json = dict[str, Any]
Method = Callable[["TelegramStandIn", Json], Any]

MAX_TEXT = 4096
"""UTF-16 code units."""
MAX_POLL_S = 50


class Refused(Exception):
    """The API says no, with this HTTP status and description."""

    def __init__(self, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.status, self.description = status, description


def read_params(raw: Mapping[str, str]) -> Json:
    """Form fields with the JSON inside them read. `text` and the like are text whatever they look like."""
    return {key: value if key in PLAIN else _json_or_text(value) for key, value in raw.items()}


PLAIN = {"text", "url", "secret_token", "name", "description", "short_description", "callback_query_id"} | {
    "language_code",
    "parse_mode",
}


def _json_or_text(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value


def _get_me(api: TelegramStandIn, params: Json) -> Json:
    asks = {"can_join_groups": False, "can_read_all_group_messages": False, "supports_inline_queries": False}
    return {**made.BOT, **asks}


def _send_message(api: TelegramStandIn, params: Json) -> Json:
    text = params.get("text", "")
    if not text.strip():
        raise Refused("Bad Request: message text is empty")
    if len(text.encode("utf-16-le")) // 2 > MAX_TEXT:
        raise Refused("Bad Request: message is too long")
    with api.lock:
        chat = _chat(api, params)
        silent = params.get("disable_notification") is True
        sent = chat.add(text, from_bot=True, buttons=_buttons(params.get("reply_markup")), silent=silent)
        return made.message_of_bot(params["chat_id"], sent, api.person)


def _edit_markup(api: TelegramStandIn, params: Json) -> Json:
    with api.lock:
        chat, message_id = _chat(api, params), params["message_id"]
        message = chat.get(message_id)
        if message is None:
            raise Refused("Bad Request: message to edit not found")
        if not message.from_bot:
            raise Refused("Bad Request: message can't be edited")
        buttons = _buttons(params.get("reply_markup"))
        if buttons == message.buttons:
            raise Refused("Bad Request: message is not modified: the markup is the same")
        return made.message_of_bot(params["chat_id"], chat.set_buttons(message_id, buttons), api.person)


def _answer_query(api: TelegramStandIn, params: Json) -> bool:
    with api.lock:
        query_id = params["callback_query_id"]
        if query_id not in api.open_queries:
            raise Refused("Bad Request: query is too old and response timeout expired or query ID is invalid")
        api.open_queries.remove(query_id)
        api.answered.append(query_id)
    return True


def _delete_messages(api: TelegramStandIn, params: Json) -> bool:
    """What is not there, or too old, is skipped and not told."""
    with api.lock:
        _chat(api, params).delete(params["message_ids"])
    return True


def _delete_message(api: TelegramStandIn, params: Json) -> bool:
    with api.lock:
        chat, message_id = _chat(api, params), params["message_id"]
        if chat.get(message_id) is None:
            raise Refused("Bad Request: message to delete not found")
        if not chat.delete([message_id]):
            raise Refused("Bad Request: message can't be deleted for everyone")
    return True


def _get_updates(api: TelegramStandIn, params: Json) -> list[Json]:
    if api.webhook["url"]:
        raise Refused("Conflict: can't use getUpdates method while webhook is active", 409)
    wait_s = min(float(params.get("timeout", 0)), MAX_POLL_S)
    allowed = params.get("allowed_updates")
    return api.updates.get(params.get("offset"), int(params.get("limit", 100)), wait_s, allowed)


def _set_webhook(api: TelegramStandIn, params: Json) -> bool:
    api.deliver_to(params["url"], params.get("secret_token"))
    api.webhook["allowed_updates"] = params.get("allowed_updates")
    return True


def _delete_webhook(api: TelegramStandIn, params: Json) -> bool:
    api.deliver_to("", None)
    return True


def _webhook_info(api: TelegramStandIn, params: Json) -> Json:
    return {
        "url": api.webhook["url"],
        "has_custom_certificate": False,
        "pending_update_count": len(api.updates),
    }


def _remember(method: str) -> Method:
    def remember(api: TelegramStandIn, params: Json) -> bool:
        api.profile[f"{method}:{params.get('language_code', '')}"] = params
        return True

    return remember


METHODS: Mapping[str, Method] = {
    "getMe": _get_me,
    "sendMessage": _send_message,
    "editMessageReplyMarkup": _edit_markup,
    "answerCallbackQuery": _answer_query,
    "deleteMessage": _delete_message,
    "deleteMessages": _delete_messages,
    "getUpdates": _get_updates,
    "setWebhook": _set_webhook,
    "deleteWebhook": _delete_webhook,
    "getWebhookInfo": _webhook_info,
    **{name: _remember(name) for name in ("setMyCommands", "setMyName", "setMyDescription", "setMyShortDescription")},
}


def _chat(api: TelegramStandIn, params: Json) -> Chat:
    """A chat that the person began: a bot can't write first."""
    chat = api.chats.find(params["chat_id"])
    if chat is None:
        raise Refused("Bad Request: chat not found")
    if chat.blocked:
        raise Refused("Forbidden: bot was blocked by the user", 403)
    return chat


def _buttons(markup: Any) -> Buttons:
    rows = markup.get("inline_keyboard", []) if isinstance(markup, dict) else []
    return tuple(tuple((one["text"], one.get("callback_data", "")) for one in row) for row in rows)
