import { chatCompletions } from './chat-completions/surface.ts'
import { completions } from './completions/surface.ts'
import { conversations } from './conversations/surface.ts'
import { embeddings } from './embeddings/surface.ts'
import { feedback } from './feedback/surface.ts'
import { gemini } from './gemini/surface.ts'
import { messages } from './messages/surface.ts'
import { moderations } from './moderations/surface.ts'
import { models } from './models/surface.ts'
import { ollama, ollamaPrompt } from './ollama/surface.ts'
import { prompts } from './prompts/surface.ts'
import { requests } from './requests/surface.ts'
import { rerank } from './rerank/surface.ts'
import { responses } from './responses/surface.ts'
import { route } from './route/surface.ts'
import type { Surface } from './surface.ts'
import { usage } from './usage/surface.ts'
import { vectorStores } from './vector-stores/surface.ts'

/**
 * All surfaces. The dialect of the first is also that of errors about requests that belong to none.
 */
export const surfaces: readonly Surface[] = [
  chatCompletions,
  completions,
  messages,
  responses,
  gemini,
  embeddings,
  moderations,
  rerank,
  models,
  prompts,
  conversations,
  requests,
  usage,
  feedback,
  route,
  vectorStores,
  ollama,
  ollamaPrompt,
]
