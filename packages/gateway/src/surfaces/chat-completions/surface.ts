import { openAiChat } from '@fairlead/llm'
import { readCallContext } from '../../call/call-context.ts'
import { CallRequest } from '../../call/call-request.ts'
import type { Call } from '../../call/call.ts'
import { parseJsonObject } from '../../http/json-body.ts'
import { findPrompt } from '../../prompts/find-prompt.ts'
import type { Surface } from '../surface.ts'

/** OpenAI's Chat Completions: https://platform.openai.com/docs/api-reference/chat/create */
export const chatCompletions: Surface = {
  name: 'chat-completions',
  dialect: openAiChat,
  routes: [
    {
      method: 'POST',
      path: '/v1/chat/completions',
      reader: (call) => (body) => readChatCall(body, call),
    },
  ],
}

function readChatCall(body: Buffer, call: Call): CallRequest {
  const { dialect, runtime } = call
  const fields = parseJsonObject(body)
  const context = readCallContext(call.http.request.headers, fields['context'])
  const { prompt } = context
  const rendered = prompt === undefined ? undefined : renderNamed(prompt, call, context)
  return new CallRequest({
    body,
    fields,
    context,
    rendered,
    sent: dialect.passage.inspect(fields, { messagesOptional: rendered !== undefined }),
    defaultModel: runtime.snapshot.gateway.defaultModel,
  })
}

function renderNamed(
  reference: string,
  { caller, runtime, services }: Call,
  context: ReturnType<typeof readCallContext>,
) {
  const { prompt, version } = findPrompt(reference, caller, runtime.snapshot.promptTemplates)
  return services.prompts.render(prompt, {
    version,
    parameters: context.variables,
    parametersField: 'context.variables',
    stickyKey: context.conversation,
  })
}
