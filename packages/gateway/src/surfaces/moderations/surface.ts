import { openAiModerations } from '@fairlead/llm'
import { readValueRequest } from '../../call/read-value-request.ts'
import type { Surface } from '../surface.ts'

/** OpenAI's moderations: https://platform.openai.com/docs/api-reference/moderations */
export const moderations: Surface = {
  name: 'moderations',
  dialect: openAiModerations,
  routes: [
    {
      method: 'POST',
      path: '/v1/moderations',
      reader: (call) => (body) => readValueRequest(body, call),
    },
  ],
}
