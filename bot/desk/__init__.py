"""The officers' pages: `desk_blueprint(product)`."""

from bot.desk.pages import desk_blueprint
from bot.desk.product import DeskProduct

__all__ = ["DeskProduct", "desk_blueprint"]
