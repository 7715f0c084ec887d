import anthropic

from .client import API_KEY, URL, Client


class AnthropicMessages(Client):
    name = "anthropic"
    error = anthropic.APIStatusError

    def __init__(self):
        self.anthropic = anthropic.AsyncAnthropic(base_url=URL, api_key=API_KEY, max_retries=0)

    def asked(self, model, content):
        messages = [{"role": "user", "content": content}]
        return {"model": model, "max_tokens": 1000, "messages": messages}

    async def chat(self, model, prompt):
        return (await self.anthropic.messages.create(**self.asked(model, prompt))).content[0].text

    async def stream(self, model, prompt):
        async with self.anthropic.messages.stream(**self.asked(model, prompt)) as stream:
            async for text in stream.text_stream:
                yield text

    async def loop(self, model, prompt, tool):
        async def get_weather(city: str) -> str:
            """Tells the weather."""
            return tool(city)

        runner = self.anthropic.beta.messages.tool_runner(
            **self.asked(model, prompt), tools=[anthropic.beta_async_tool(get_weather)]
        )
        return (await runner.until_done()).content[0].text

    async def structured(self, model, prompt, kind):
        answer = await self.anthropic.messages.parse(
            **self.asked(model, prompt), output_format=kind
        )
        return answer.parsed_output

    async def image(self, model, prompt, image):
        source = {"type": "base64", "media_type": "image/png", "data": image}
        content = [{"type": "text", "text": prompt}, {"type": "image", "source": source}]
        return await self.chat(model, content)

    async def close(self):
        await self.anthropic.close()
