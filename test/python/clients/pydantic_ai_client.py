import base64

import openai
from pydantic_ai import Agent, BinaryContent, ModelHTTPError, NativeOutput
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.google import GoogleProvider
from pydantic_ai.providers.openai import OpenAIProvider

from .client import API_KEY, URL, Client


class PydanticAIChat(Client):
    name = "pydantic-ai, chat"
    error = ModelHTTPError

    def model(self, name):
        client = openai.AsyncOpenAI(base_url=f"{URL}/v1", api_key=API_KEY, max_retries=0)
        return OpenAIChatModel(name, provider=OpenAIProvider(openai_client=client))

    async def chat(self, model, prompt):
        return (await Agent(self.model(model)).run(prompt)).output

    async def stream(self, model, prompt):
        async with Agent(self.model(model)).run_stream(prompt) as run:
            self.run = run
            async for piece in run.stream_text(delta=True, debounce_by=None):
                yield piece

    async def give_up(self, pieces):
        await self.run.cancel()
        async for _ in pieces:
            pass

    async def loop(self, model, prompt, tool):
        return (await Agent(self.model(model), tools=[tool]).run(prompt)).output

    async def structured(self, model, prompt, kind):
        return (await Agent(self.model(model), output_type=kind).run(prompt)).output

    async def image(self, model, prompt, image):
        content = BinaryContent(base64.b64decode(image), media_type="image/png")
        return await self.chat(model, [prompt, content])


class PydanticAIResponses(PydanticAIChat):
    name = "pydantic-ai, responses"

    def model(self, name):
        client = openai.AsyncOpenAI(base_url=f"{URL}/v1", api_key=API_KEY, max_retries=0)
        return OpenAIResponsesModel(name, provider=OpenAIProvider(openai_client=client))

    async def structured(self, model, prompt, kind):
        agent = Agent(self.model(model), output_type=NativeOutput(kind))
        return (await agent.run(prompt)).output


class PydanticAIGoogle(PydanticAIChat):
    name = "pydantic-ai, google"

    def model(self, name):
        return GoogleModel(name, provider=GoogleProvider(api_key=API_KEY, base_url=URL))
