import { type JsonObject, objectOrEmpty } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import type { ModelRequest, ResponseFormat } from '../../operations/chat/model-request.ts'
import { encodeContent, encodeMessages } from './encode-messages.ts'

/** Writes the body of `POST /api/chat`. */
export function encodeChatRequest(request: ModelRequest): JsonObject {
  const tools = request.toolChoice === 'none' ? [] : allowedTools(request)
  return given({
    ...common(request, 'ollama'),
    messages: encodeMessages(request.items),
    tools:
      tools.length === 0
        ? undefined
        : tools.map(({ name, description, parameters }) => ({
            type: 'function',
            function: given({
              name,
              description,
              parameters: parameters ?? { type: 'object', properties: {} },
            }),
          })),
  })
}

/**
 * Writes the body of `POST /api/generate`. Throws a ModelError 400 for a dialogue: it has room for a
 * system message and one of the user.
 */
export function encodeGenerateRequest(request: ModelRequest): JsonObject {
  const messages = request.items.filter((item) => item.type === 'message')
  const system = messages.filter(({ role }) => role === 'system' || role === 'developer')
  const [prompt, ...more] = messages.filter((message) => !system.includes(message))
  if (prompt === undefined || more.length > 0 || messages.length < request.items.length) {
    throw new ModelError(
      'invalid-request',
      'A call of /api/generate has one prompt and no history. Use /api/chat for a dialogue.',
      { param: 'prompt' },
    )
  }
  const { content, ...images } = encodeContent(prompt.content)
  const instructions = system.map((message) => encodeContent(message.content)['content'])
  return given({
    ...common(request, 'ollama-generate'),
    system: instructions.length === 0 ? undefined : instructions.join('\n'),
    prompt: content,
    ...images,
  })
}

function common(request: ModelRequest, dialect: string): JsonObject {
  const { responseFormat, settings } = request
  const isOwn = (request.extrasDialect ?? dialect) === dialect
  const { options: ownOptions, ...extras } = isOwn ? request.extras : {}
  const sent = given({
    ...objectOrEmpty(ownOptions),
    num_predict: settings.maxOutputTokens ?? objectOrEmpty(ownOptions)['num_predict'],
    temperature: settings.temperature,
    top_p: settings.topP,
    top_k: settings.topK,
    min_p: settings.minP,
    seed: settings.seed,
    stop: settings.stop,
    presence_penalty: settings.presencePenalty,
    frequency_penalty: settings.frequencyPenalty,
    repeat_penalty: settings.repetitionPenalty,
  })
  return {
    ...extras,
    model: request.model,
    think: encodeThink(settings.reasoningEffort, request.model),
    format: responseFormat === undefined ? undefined : encodeFormat(responseFormat),
    options: Object.keys(sent).length === 0 ? undefined : sent,
    logprobs: settings.logprobs,
    top_logprobs: settings.topLogprobs,
    stream: request.stream,
  }
}

function allowedTools({ allowedTools: allowed, tools }: ModelRequest): ModelRequest['tools'] {
  const callable = tools.filter(({ native }) => native === undefined)
  return allowed === undefined ? callable : callable.filter(({ name }) => allowed.includes(name))
}

/**
 * Only gpt-oss knows levels, `low`, `medium` and `high`; to any other model the server answers a
 * level with an error (server/routes.go, "think value … is not supported for this model").
 */
function encodeThink(effort: string | undefined, model: string): unknown {
  if (effort === undefined) return undefined
  if (effort === 'none') return false
  if (!/gpt-?oss/i.test(model)) return true
  if (effort === 'minimal') return 'low'
  return effort === 'xhigh' || effort === 'max' ? 'high' : effort
}

function encodeFormat(format: ResponseFormat): unknown {
  switch (format.type) {
    case 'text':
      return undefined
    case 'json_object':
      return 'json'
    case 'json_schema':
      return format.schema
  }
}

function given(fields: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  )
}
