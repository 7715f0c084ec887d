import { type JsonObject, objectOrEmpty } from '@fairlead/base'
import type { EncodeOptions } from '../../operations/chat/chat-format.ts'
import type { ModelRequest } from '../../operations/chat/model-request.ts'
import type { ServerQuirks } from '../../operations/chat/server-quirks.ts'
import { encodeMessages } from './encode-messages.ts'
import { encodeResponseFormat } from './response-format.ts'
import { serverBody } from './server-body.ts'
import { customToolNames, encodeToolChoice, encodeTools } from './tools.ts'

/** Writes the body for `POST /v1/chat/completions` of OpenAI and of compatible servers. */
export function encodeRequest(request: ModelRequest, options: EncodeOptions = {}): JsonObject {
  const { settings } = request
  const { outputLimitField = 'max_completion_tokens', quirks } = options
  const ownExtras = (request.extrasDialect ?? 'openai-chat') === 'openai-chat'
  const { stream_options: streamOptions, ...extras } = ownExtras ? request.extras : {}
  const body: Record<string, unknown> = {
    ...extras,
    model: request.model,
    messages: encodeMessages(request.items, {
      customTools: customToolNames(request.tools),
      quirks,
    }),
    tools: request.tools.length === 0 ? undefined : encodeTools(request.tools, ownExtras),
    tool_choice: encodeToolChoice(request),
    parallel_tool_calls: request.tools.length === 0 ? undefined : request.parallelToolCalls,
    temperature: settings.temperature,
    top_p: settings.topP,
    // Not part of OpenAI's API; compatible servers have it, and only their callers send it here.
    top_k: ownExtras ? settings.topK : undefined,
    [quirks?.outputLimit ?? outputLimitField]: settings.maxOutputTokens,
    stop: settings.stop,
    seed: settings.seed,
    presence_penalty: settings.presencePenalty,
    frequency_penalty: settings.frequencyPenalty,
    reasoning_effort: settings.reasoningEffort,
    user: settings.user,
    response_format:
      request.responseFormat === undefined
        ? undefined
        : encodeResponseFormat(request.responseFormat),
    ...encodeStream(request, objectOrEmpty(streamOptions), quirks),
  }
  const given = Object.entries(body).filter(([, value]) => value !== undefined && value !== null)
  return serverBody(Object.fromEntries(given), quirks)
}

function encodeStream(
  request: ModelRequest,
  otherOptions: JsonObject,
  quirks: ServerQuirks | undefined,
): JsonObject {
  if (!request.stream) return {}
  if (quirks?.usageOption !== undefined) return { stream: true }
  const options = request.includeUsage ? { ...otherOptions, include_usage: true } : otherOptions
  return {
    stream: true,
    stream_options: Object.keys(options).length === 0 ? undefined : options,
  }
}
