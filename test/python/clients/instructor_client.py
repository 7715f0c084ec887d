import anthropic
import instructor
import openai

from .client import API_KEY, URL, Client


class InstructorOpenAI(Client):
    name = "instructor, openai"

    def __init__(self):
        client = openai.AsyncOpenAI(base_url=f"{URL}/v1", api_key=API_KEY, max_retries=0)
        self.instructor = instructor.from_openai(client)

    async def structured(self, model, prompt, kind):
        messages = [{"role": "user", "content": prompt}]
        thing = await self.instructor.chat.completions.create(
            model=model, messages=messages, response_model=kind, max_tokens=1000
        )
        # Of a class of its own, derived from the one that is asked for.
        return kind.model_validate(thing.model_dump())


class InstructorAnthropic(InstructorOpenAI):
    name = "instructor, anthropic"

    def __init__(self):
        client = anthropic.AsyncAnthropic(base_url=URL, api_key=API_KEY, max_retries=0)
        self.instructor = instructor.from_anthropic(client)
