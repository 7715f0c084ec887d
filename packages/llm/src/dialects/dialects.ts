import { cohereEmbeddingsBeside } from './cohere-embeddings/dialect.ts'
import { rerankBeside } from './cohere-rerank/dialect.ts'
import { geminiEmbeddingsBeside } from './gemini-embeddings/dialect.ts'
import { embeddingsBeside } from './openai-embeddings/dialect.ts'
import { moderationsBeside } from './openai-moderations/dialect.ts'
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

/** OpenAI's embeddings, which most servers of its dialect have. */
export const openAiEmbeddings: Dialect = embeddingsBeside(openAiChat)

export const cohereEmbeddings: Dialect = cohereEmbeddingsBeside(cohereChat)
export const geminiEmbeddings: Dialect = geminiEmbeddingsBeside(gemini)

/** OpenAI's moderations. */
export const openAiModerations: Dialect = moderationsBeside(openAiChat)

/** Cohere's rerank, with the errors of OpenAI, as its callers expect them. */
export const openAiRerank: Dialect = rerankBeside(openAiChat)
export const cohereRerank: Dialect = rerankBeside(cohereChat)

/** Every dialect of chat. The dialect contract is tested over this list. */
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
