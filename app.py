"""WSGI entry."""

from dotenv import load_dotenv

from b24app import create_app
from b24app.config import Config

# Of the working directory: without a path the directory of this file would be searched.
load_dotenv(".env")
app = create_app(Config.from_env())
