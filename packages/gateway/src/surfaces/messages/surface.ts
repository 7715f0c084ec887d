import { anthropicMessages } from '@fairlead/llm'
import { readChatRequest } from '../../call/read-chat-request.ts'
import { answerCount } from './count-tokens.ts'
import type { Surface } from '../surface.ts'

/** Anthropic's Messages: https://docs.anthropic.com/en/api/messages */
export const messages: Surface = {
  name: 'messages',
  dialect: anthropicMessages,
  routes: [
    {
      method: 'POST',
      path: '/v1/messages',
      reader:
        ({ caller, dialect, http, runtime, services }) =>
        (body) => {
          const { headers } = http.request
          return readChatRequest(body, { caller, dialect, headers, runtime, services })
        },
    },
    {
      method: 'POST',
      path: '/v1/messages/count_tokens',
      asksProvider: true,
      answer: answerCount,
    },
  ],
}
