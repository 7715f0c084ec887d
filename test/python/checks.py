"""What is asked of every client. A client that has no such thing raises NotImplementedError."""

import asyncio

from clients.client import IMAGE, Thing


async def chat(client, api):
    text = await client.chat(f"{api}-m", "hello there")
    assert "hello there" in text, text


async def stream(client, api):
    pieces = [piece async for piece in client.stream(f"{api}-m", "hello there")]
    assert "hello there" in "".join(pieces), pieces
    assert len(pieces) > 0


async def tools(client, api):
    calls = []

    def get_weather(city: str) -> str:
        """Tells the weather.

        Args:
            city: Where.
        """
        calls.append(city)
        return "sunny"

    text = await client.loop(f"{api}-m", "what is the weather? call get_weather", get_weather)
    assert "sunny" in text, text
    assert len(calls) == 1, calls


async def structured(client, api):
    thing = await client.structured(f"{api}-m", "a thing", Thing)
    assert thing == Thing(name="text", count=1), thing


async def image(client, api):
    text = await client.image(f"{api}-m", "what is it?", IMAGE)
    assert "1 images" in text, text


async def errors(client, api):
    for status in (404, 429, 500):
        # A provider's own failure is told as that of a gateway, by some APIs.
        expected = (500, 502, 503) if status == 500 else (status,)
        try:
            await client.chat(f"{api}-fails-{status}", "hello")
        except client.error as error:
            assert client.status_of(error) in expected, (status, repr(error))
        else:
            raise AssertionError(f"no error for {status}")


async def abort(client, api):
    pieces = client.stream(f"{api}-slow", "hello")
    await anext(pieces)
    await client.give_up(pieces)


async def fifty(client, api):
    async def one(number):
        prompt = f"number {number}."
        if number % 2 == 0:
            return await client.chat(f"{api}-m", prompt)
        return "".join([piece async for piece in client.stream(f"{api}-m", prompt)])

    texts = await asyncio.gather(*(one(number) for number in range(50)))
    for number, text in enumerate(texts):
        assert f"number {number}." in text, text


CHECKS = {
    check.__name__: check for check in (chat, stream, tools, structured, image, errors, abort, fifty)
}
