import ollama

from .client import API_KEY, URL, Client


class OllamaChat(Client):
    name = "ollama"
    error = ollama.ResponseError

    def __init__(self):
        self.ollama = ollama.AsyncClient(host=URL, headers={"authorization": f"Bearer {API_KEY}"})

    async def chat(self, model, prompt, **more):
        messages = [{"role": "user", "content": prompt, **more}]
        return (await self.ollama.chat(model=model, messages=messages)).message.content

    async def stream(self, model, prompt):
        messages = [{"role": "user", "content": prompt}]
        async for part in await self.ollama.chat(model=model, messages=messages, stream=True):
            if part.message.content:
                yield part.message.content

    async def loop(self, model, prompt, tool):
        messages = [{"role": "user", "content": prompt}]
        while True:
            answer = await self.ollama.chat(model=model, messages=messages, tools=[tool])
            messages.append(answer.message)
            if not answer.message.tool_calls:
                return answer.message.content
            for call in answer.message.tool_calls:
                output = tool(**call.function.arguments)
                name = call.function.name
                messages.append({"role": "tool", "tool_name": name, "content": output})

    async def structured(self, model, prompt, kind):
        messages = [{"role": "user", "content": prompt}]
        answer = await self.ollama.chat(
            model=model, messages=messages, format=kind.model_json_schema()
        )
        return kind.model_validate_json(answer.message.content)

    async def image(self, model, prompt, image):
        return await self.chat(model, prompt, images=[image])
