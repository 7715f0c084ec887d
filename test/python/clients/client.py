"""What a client of the matrix can do."""

import os

from pydantic import BaseModel

URL = os.environ["FAIRLEAD_URL"]
API_KEY = os.environ["FAIRLEAD_API_KEY"]
#: A PNG of one pixel, in base64.
IMAGE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


class Thing(BaseModel):
    name: str
    count: int


class Client:
    """One library, as its users use it; a new one for every check."""

    name = ""
    #: The class of the errors that the library raises for an answer with an error status.
    error: type[BaseException] | tuple[type[BaseException], ...] = ()

    async def chat(self, model: str, prompt: str) -> str:
        raise NotImplementedError

    async def stream(self, model: str, prompt: str):
        """The pieces of the text."""
        raise NotImplementedError
        yield ""

    async def loop(self, model: str, prompt: str, tool) -> str:
        """Calls the tool, a typed Python function, until the model answers."""
        raise NotImplementedError

    async def structured(self, model: str, prompt: str, kind: type[BaseModel]) -> BaseModel:
        raise NotImplementedError

    async def image(self, model: str, prompt: str, image: str) -> str:
        raise NotImplementedError

    def status_of(self, error) -> int:
        return error.status_code

    async def give_up(self, pieces) -> None:
        await pieces.aclose()

    async def close(self) -> None:
        """Closes connections; what is left to the garbage collector stalls other connections."""
