"""All clients, in the order of the table."""

from .agents_client import AgentsChat, AgentsResponses
from .anthropic_client import AnthropicMessages
from .google_client import GoogleGenAI
from .instructor_client import InstructorAnthropic, InstructorOpenAI
from .langchain_client import LangChainAnthropic, LangChainChat, LangChainResponses
from .ollama_client import OllamaChat
from .openai_client import OpenAIChat, OpenAIResponses
from .pydantic_ai_client import PydanticAIChat, PydanticAIGoogle, PydanticAIResponses

CLIENTS = [
    OpenAIChat,
    OpenAIResponses,
    AnthropicMessages,
    GoogleGenAI,
    OllamaChat,
    AgentsChat,
    AgentsResponses,
    LangChainChat,
    LangChainResponses,
    LangChainAnthropic,
    PydanticAIChat,
    PydanticAIResponses,
    PydanticAIGoogle,
    InstructorOpenAI,
    InstructorAnthropic,
]
