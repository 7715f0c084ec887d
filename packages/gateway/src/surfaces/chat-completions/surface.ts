import { openAiChat } from '@fairlead/llm'
import { readChatRequest } from '../../call/read-chat-request.ts'
import { takeFileSearch } from '../../knowledge/take-file-search.ts'
import type { Surface } from '../surface.ts'

/** OpenAI's Chat Completions: https://platform.openai.com/docs/api-reference/chat/create */
export const chatCompletions: Surface = {
  name: 'chat-completions',
  dialect: openAiChat,
  routes: [
    {
      method: 'POST',
      path: '/v1/chat/completions',
      reader:
        ({ caller, dialect, http, runtime, services }) =>
        (body) => {
          const { headers } = http.request
          return readChatRequest(
            body,
            { caller, dialect, headers, runtime, services },
            { hasStore: true, takeSearches: takeFileSearch },
          )
        },
    },
  ],
}
