import anthropic
import openai
from langchain_anthropic import ChatAnthropic
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool as as_tool
from langchain_openai import ChatOpenAI

from .client import API_KEY, URL, Client


class LangChainChat(Client):
    name = "langchain-openai, chat"
    error = openai.APIStatusError

    def model(self, name):
        return ChatOpenAI(model=name, base_url=f"{URL}/v1", api_key=API_KEY, max_retries=0)

    async def chat(self, model, prompt):
        return (await self.model(model).ainvoke(prompt)).text

    async def stream(self, model, prompt):
        async for chunk in self.model(model).astream(prompt):
            if chunk.text:
                yield str(chunk.text)

    async def loop(self, model, prompt, tool):
        bound = self.model(model).bind_tools([as_tool(tool)])
        messages = [HumanMessage(prompt)]
        while True:
            answer = await bound.ainvoke(messages)
            messages.append(answer)
            if not answer.tool_calls:
                return answer.text
            for call in answer.tool_calls:
                messages.append(ToolMessage(tool(**call["args"]), tool_call_id=call["id"]))

    async def structured(self, model, prompt, kind):
        return await self.model(model).with_structured_output(kind).ainvoke(prompt)

    async def image(self, model, prompt, image):
        content = [
            {"type": "text", "text": prompt},
            {"type": "image", "base64": image, "mime_type": "image/png"},
        ]
        return (await self.model(model).ainvoke([HumanMessage(content)])).text


class LangChainResponses(LangChainChat):
    name = "langchain-openai, responses"

    def model(self, name):
        return ChatOpenAI(
            model=name,
            base_url=f"{URL}/v1",
            api_key=API_KEY,
            max_retries=0,
            use_responses_api=True,
        )


class LangChainAnthropic(LangChainChat):
    name = "langchain-anthropic"
    error = anthropic.APIStatusError

    def model(self, name):
        return ChatAnthropic(model=name, base_url=URL, api_key=API_KEY, max_retries=0)
