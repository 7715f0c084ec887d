import { openAiResponses } from '@fairlead/llm'
import { readChatRequest } from '../../call/read-chat-request.ts'
import type { Surface } from '../surface.ts'
import { refuseState } from './refuse-state.ts'

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
          const request = readChatRequest(body, { caller, dialect, headers, runtime, services })
          refuseState(request.fields())
          return request
        },
    },
  ],
}
