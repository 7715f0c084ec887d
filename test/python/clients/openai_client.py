import json

import openai

from .client import API_KEY, URL, Client
from .schema import WEATHER


class OpenAIChat(Client):
    name = "openai, chat"
    error = openai.APIStatusError

    def __init__(self):
        self.openai = openai.AsyncOpenAI(base_url=f"{URL}/v1", api_key=API_KEY, max_retries=0)

    async def create(self, model, content, **more):
        messages = [{"role": "user", "content": content}]
        answer = await self.openai.chat.completions.create(model=model, messages=messages, **more)
        return answer

    async def chat(self, model, prompt):
        return (await self.create(model, prompt)).choices[0].message.content

    async def stream(self, model, prompt):
        stream = await self.create(model, prompt, stream=True)
        async with stream:
            async for chunk in stream:
                if chunk.choices and chunk.choices[0].delta.content:
                    yield chunk.choices[0].delta.content

    async def loop(self, model, prompt, tool):
        tools = [{"type": "function", "function": {"name": tool.__name__, "parameters": WEATHER}}]
        messages = [{"role": "user", "content": prompt}]
        while True:
            answer = await self.openai.chat.completions.create(
                model=model, messages=messages, tools=tools
            )
            message = answer.choices[0].message
            if not message.tool_calls:
                return message.content
            messages.append(message)
            for call in message.tool_calls:
                output = tool(**json.loads(call.function.arguments))
                messages.append({"role": "tool", "tool_call_id": call.id, "content": output})

    async def structured(self, model, prompt, kind):
        messages = [{"role": "user", "content": prompt}]
        answer = await self.openai.chat.completions.parse(
            model=model, messages=messages, response_format=kind
        )
        return answer.choices[0].message.parsed

    async def image(self, model, prompt, image):
        url = {"url": f"data:image/png;base64,{image}"}
        content = [{"type": "text", "text": prompt}, {"type": "image_url", "image_url": url}]
        return (await self.create(model, content)).choices[0].message.content

    async def close(self):
        await self.openai.close()


class OpenAIResponses(Client):
    name = "openai, responses"
    error = openai.APIStatusError

    def __init__(self):
        self.openai = openai.AsyncOpenAI(base_url=f"{URL}/v1", api_key=API_KEY, max_retries=0)

    async def chat(self, model, prompt):
        return (await self.openai.responses.create(model=model, input=prompt)).output_text

    async def stream(self, model, prompt):
        async with self.openai.responses.stream(model=model, input=prompt) as stream:
            async for event in stream:
                if event.type == "response.output_text.delta":
                    yield event.delta

    async def loop(self, model, prompt, tool):
        tools = [
            {"type": "function", "name": tool.__name__, "parameters": WEATHER, "strict": True}
        ]
        items = [{"role": "user", "content": prompt}]
        while True:
            response = await self.openai.responses.create(model=model, input=items, tools=tools)
            items += response.output
            calls = [item for item in response.output if item.type == "function_call"]
            if not calls:
                return response.output_text
            for call in calls:
                output = tool(**json.loads(call.arguments))
                item = {"type": "function_call_output", "call_id": call.call_id, "output": output}
                items.append(item)

    async def structured(self, model, prompt, kind):
        response = await self.openai.responses.parse(model=model, input=prompt, text_format=kind)
        return response.output_parsed

    async def image(self, model, prompt, image):
        content = [
            {"type": "input_text", "text": prompt},
            {"type": "input_image", "image_url": f"data:image/png;base64,{image}"},
        ]
        items = [{"role": "user", "content": content}]
        return (await self.openai.responses.create(model=model, input=items)).output_text

    async def close(self):
        await self.openai.close()
