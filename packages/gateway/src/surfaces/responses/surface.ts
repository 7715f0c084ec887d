import { openAiResponses } from '@fairlead/llm'
import { readChatRequest } from '../../call/read-chat-request.ts'
import { takeFileSearch } from '../../knowledge/take-file-search.ts'
import type { Surface } from '../surface.ts'
import { countInput } from './count-input.ts'
import { keptResponses } from './kept-responses.ts'

/** OpenAI's Responses: https://platform.openai.com/docs/api-reference/responses */
export const responses: Surface = {
  name: 'responses',
  dialect: openAiResponses,
  routes: [
    {
      method: 'POST',
      path: '/v1/responses',
      reader:
        ({ caller, dialect, http, runtime, services }) =>
        (body) => {
          const { headers } = http.request
          const sender = { caller, dialect, headers, runtime, services }
          return readChatRequest(body, sender, {
            keepsResponses: true,
            takeSearches: takeFileSearch,
          })
        },
    },
    { method: 'POST', path: '/v1/responses/input_tokens', answer: countInput },
    ...keptResponses,
  ],
}
