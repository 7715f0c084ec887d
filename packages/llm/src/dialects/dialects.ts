import { anthropicMessages } from './anthropic-messages/dialect.ts'
import { cohereChat } from './cohere-chat/dialect.ts'
import { bedrockConverse } from './bedrock-converse/dialect.ts'
import type { Dialect } from './dialect.ts'
import { gemini } from './gemini/dialect.ts'
import { ollamaChat, ollamaGenerate } from './ollama/dialect.ts'
import { openAiChat } from './openai-chat/dialect.ts'
import { openAiResponses } from './openai-responses/dialect.ts'
import { completionsBeside } from './openai-completions/dialect.ts'

/** OpenAI's legacy completions. */
export const openAiCompletions: Dialect = completionsBeside(openAiChat)

/** Every dialect. The dialect contract is tested over this list. */
export const dialects: readonly Dialect[] = [
  openAiChat,
  openAiCompletions,
  openAiResponses,
  anthropicMessages,
  gemini,
  cohereChat,
  ollamaChat,
  ollamaGenerate,
  bedrockConverse,
]
