import { openAiCompletions } from '@fairlead/llm'
import { readChatRequest } from '../../call/read-chat-request.ts'
import type { Surface } from '../surface.ts'

/** OpenAI's legacy completions: https://platform.openai.com/docs/api-reference/completions/create */
export const completions: Surface = {
  name: 'completions',
  dialect: openAiCompletions,
  routes: [
    {
      method: 'POST',
      path: '/v1/completions',
      reader:
        ({ caller, dialect, http, runtime, services }) =>
        (body) => {
          const { headers } = http.request
          return readChatRequest(body, { caller, dialect, headers, runtime, services })
        },
    },
  ],
}
