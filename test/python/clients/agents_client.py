import agents
import openai

from .client import API_KEY, URL, Client


class AgentsChat(Client):
    name = "openai-agents, chat"
    error = openai.APIStatusError
    model_of = agents.OpenAIChatCompletionsModel

    def __init__(self):
        self.openai = openai.AsyncOpenAI(base_url=f"{URL}/v1", api_key=API_KEY, max_retries=0)

    def agent(self, model, **more):
        model = self.model_of(model=model, openai_client=self.openai)
        return agents.Agent(name="test", model=model, **more)

    async def chat(self, model, prompt):
        return (await agents.Runner.run(self.agent(model), prompt)).final_output

    async def stream(self, model, prompt):
        run = agents.Runner.run_streamed(self.agent(model), prompt)
        try:
            async for event in run.stream_events():
                if event.type == "raw_response_event":
                    if event.data.type == "response.output_text.delta":
                        yield event.data.delta
        finally:
            run.cancel()

    async def loop(self, model, prompt, tool):
        agent = self.agent(model, tools=[agents.function_tool(tool)])
        return (await agents.Runner.run(agent, prompt)).final_output

    async def structured(self, model, prompt, kind):
        agent = self.agent(model, output_type=kind)
        return (await agents.Runner.run(agent, prompt)).final_output

    async def image(self, model, prompt, image):
        content = [
            {"type": "input_text", "text": prompt},
            {"type": "input_image", "image_url": f"data:image/png;base64,{image}", "detail": "auto"},
        ]
        return await self.chat(model, [{"role": "user", "content": content}])

    async def close(self):
        await self.openai.close()


class AgentsResponses(AgentsChat):
    name = "openai-agents, responses"
    model_of = agents.OpenAIResponsesModel
