import { isJsonObject } from '@fairlead/base'
import { openAiChat } from '@fairlead/llm'
import { AssembledCall } from '../assembly/assembled-call.ts'
import { readCallContext } from '../call/call-context.ts'
import { CallRequest } from '../call/call-request.ts'
import type { Call } from '../call/call.ts'
import type { OwnPromptRequest, OwnTextAnswer } from '../call/own-calls.ts'
import { promptUser } from '../call/prompt-user.ts'
import type { OwnCall } from './make-own-call.ts'
import { answerBytesMax, textOf } from './text-call.ts'

/** A version of a prompt as a call, which has nothing but that. */
export function promptCall(request: OwnPromptRequest): OwnCall<OwnTextAnswer> {
  return {
    dialect: openAiChat,
    bytes: JSON.stringify(request.parameters ?? {}).length,
    use: { passes: false, needsEvents: true, heldBytesMax: answerBytesMax },
    read: (call) => readPrompt(request, call),
    assemble: ({ dialect, request: asked }) =>
      new AssembledCall({ dialect, request: asked, edits: asked.edits }),
    changed: (change) =>
      promptCall({ ...request, parameters: withTexts(request.parameters, change) }),
    result: textOf,
  }
}

/** A JSON value with each of its texts changed; names of fields stay. */
function withTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((item) => withTexts(item, change))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, withTexts(field, change)]),
  )
}

function readPrompt(
  { parameters, prompt, version }: OwnPromptRequest,
  { caller, dialect, http, runtime, services }: Call,
): CallRequest {
  const { headers } = http.request
  const context = readCallContext(headers, undefined)
  const rendered = services.prompts.render(prompt, {
    version,
    parameters,
    parametersField: 'parameters',
    user: promptUser(caller, headers, context, {}),
  })
  return new CallRequest({
    body: Buffer.from('{}'),
    fields: {},
    context,
    rendered,
    sent: dialect.passage.inspect({}, { messagesOptional: true }),
    defaultModel: runtime.snapshot.gateway.defaultModel,
  })
}
