"""WSGI entry."""

from dotenv import load_dotenv

from b24app import create_app
from b24app.config import Config

load_dotenv()
app = create_app(Config.from_env())
