import { chatFormatOf, findModel, type Item, type ModelRequest, openAiChat } from '@fairlead/llm'
import type { AnswerStream } from '../answer/answer-stream.ts'
import { AssembledCall } from '../assembly/assembled-call.ts'
import type { Call } from '../call/call.ts'
import type { CallRequest } from '../call/call-request.ts'
import { settleCost } from '../call/settle-cost.ts'
import type { OwnTextAnswer, OwnTextRequest } from '../call/own-calls.ts'
import { readChatRequest } from '../call/read-chat-request.ts'
import { gatewayError } from '../errors/gateway-error.ts'
import type { CallTarget } from '../routing/call-target.ts'
import type { OwnCall } from './make-own-call.ts'

/** What a model that thinks gets for it, in tokens beside those of its text. */
const thinkingTokens = 2048
/** Longer texts are not asked for. */
export const answerBytesMax = 4 * 1024 * 1024

/** A text as a call. */
export function textCall(request: OwnTextRequest): OwnCall<OwnTextAnswer> {
  const body = bodyOf(request, false)
  return {
    dialect: openAiChat,
    bytes: body.length,
    use: { passes: false, needsEvents: true, heldBytesMax: answerBytesMax },
    read: (call) => readBody(body, call),
    assemble(call) {
      if (call.route.targets.every(thinksUnasked))
        call.request = readBody(bodyOf(request, true), call)
      const { dialect, request: asked } = call
      return new AssembledCall({ dialect, request: asked, edits: asked.edits })
    },
    changed: (change) => textCall({ ...request, input: change(request.input) }),
    result: textOf,
  }
}

function bodyOf(
  { input, instructions, maxOutputTokens, model }: OwnTextRequest,
  thinks: boolean,
): Buffer {
  const request: ModelRequest = {
    model,
    items: [message('system', instructions), message('user', input)],
    tools: [],
    settings: thinks
      ? { maxOutputTokens: maxOutputTokens + thinkingTokens, reasoningEffort: 'low' }
      : { maxOutputTokens },
    stream: false,
    includeUsage: false,
    extras: {},
  }
  return Buffer.from(JSON.stringify(chatFormatOf(openAiChat).encodeRequest(request)))
}

function message(role: 'system' | 'user', text: string): Item {
  return { type: 'message', role, content: [{ type: 'input_text', text }] }
}

function readBody(body: Buffer, { caller, dialect, http, runtime, services }: Call): CallRequest {
  return readChatRequest(body, {
    caller,
    dialect,
    headers: http.request.headers,
    runtime,
    services,
  })
}

/** Dialects whose models think at length unless they are told not to; those of others when asked. */
const thinkingDialects: ReadonlySet<string> = new Set(['openai-chat', 'openai-responses', 'gemini'])

/** Whether a target is known to think. One that is not must not be asked how much. */
function thinksUnasked(target: CallTarget): boolean {
  if (!thinkingDialects.has(target.apiFor(openAiChat).dialect.name)) return false
  const { provider, model } = target
  const { capabilities = [] } = provider.declaredModel(model) ?? {}
  if (capabilities.length > 0) return capabilities.includes('Reasoning')
  const { catalogueVendor } = provider.type
  const known = catalogueVendor === undefined ? undefined : findModel(catalogueVendor, model)
  return known !== undefined && !known.lacks.includes('Reasoning')
}

/** Throws for an answer without text: nothing may stand for nothing. */
export function textOf(answer: AnswerStream, { record, request }: Call): OwnTextAnswer {
  const { finishReason, model, output } = answer.response()
  const text = output.flatMap((item) => textsOf(item)).join('')
  if (text.trim() === '') throw gatewayError.ownAnswerEmpty(request.model)
  // Half a summary would stand for what it leaves out.
  if (finishReason !== 'stop') throw gatewayError.ownAnswerCut(request.model, finishReason)
  settleCost(record)
  return { text, model, usage: record.usage, nanodollars: record.costNanodollars }
}

function textsOf(item: Item): readonly string[] {
  if (item.type !== 'message') return []
  return item.content.flatMap((part) => (part.type === 'output_text' ? [part.text] : []))
}
