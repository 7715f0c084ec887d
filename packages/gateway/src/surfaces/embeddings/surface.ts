import { openAiEmbeddings } from '@fairlead/llm'
import { readValueRequest } from '../../call/read-value-request.ts'
import type { Surface } from '../surface.ts'

/** OpenAI's embeddings: https://platform.openai.com/docs/api-reference/embeddings/create */
export const embeddings: Surface = {
  name: 'embeddings',
  dialect: openAiEmbeddings,
  routes: [
    {
      method: 'POST',
      path: '/v1/embeddings',
      reader: (call) => (body) => readValueRequest(body, call),
    },
  ],
}
