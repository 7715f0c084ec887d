import base64

from google import genai
from google.genai import errors, types

from .client import API_KEY, URL, Client


class GoogleGenAI(Client):
    name = "google-genai"
    error = errors.APIError

    def __init__(self):
        options = types.HttpOptions(base_url=URL)
        self.genai = genai.Client(api_key=API_KEY, http_options=options)

    async def create(self, model, contents, **config):
        return await self.genai.aio.models.generate_content(
            model=model, contents=contents, config=types.GenerateContentConfig(**config)
        )

    async def chat(self, model, prompt):
        return (await self.create(model, prompt)).text

    async def stream(self, model, prompt):
        stream = await self.genai.aio.models.generate_content_stream(model=model, contents=prompt)
        async for chunk in stream:
            if chunk.text:
                yield chunk.text
        await stream.aclose()

    async def loop(self, model, prompt, tool):
        # Calls the function by itself.
        return (await self.create(model, prompt, tools=[tool])).text

    async def structured(self, model, prompt, kind):
        answer = await self.create(
            model, prompt, response_mime_type="application/json", response_schema=kind
        )
        return answer.parsed

    async def image(self, model, prompt, image):
        part = types.Part.from_bytes(data=base64.b64decode(image), mime_type="image/png")
        return (await self.create(model, [prompt, part])).text

    def status_of(self, error):
        return error.code

    async def close(self):
        await self.genai.aio.aclose()
