import { type JsonObject, objectOrEmpty } from '@fairlead/base'
import type { EncodeOptions } from '../../operations/chat/chat-format.ts'
import type { ModelRequest } from '../../operations/chat/model-request.ts'
import { encodeMessages } from './encode-messages.ts'
import { encodeResponseFormat } from './response-format.ts'
import { serverBody } from './server-body.ts'
import { encodeReasoningObject, encodeSettings } from './settings.ts'
import { encodeStream } from './stream-options.ts'
import { customToolNames, encodeToolChoice, encodeTools } from './tools.ts'

/** Writes the body for `POST /v1/chat/completions` of OpenAI and of compatible servers. */
export function encodeRequest(request: ModelRequest, options: EncodeOptions = {}): JsonObject {
  const { responseFormat, settings, tools } = request
  const { outputLimitField = 'max_completion_tokens', quirks } = options
  const isOwn = (request.extrasDialect ?? 'openai-chat') === 'openai-chat'
  const { reasoning, stream_options: streamOptions, ...extras } = isOwn ? request.extras : {}
  const body: Record<string, unknown> = {
    ...extras,
    model: request.model,
    messages: encodeMessages(request.items, { customTools: customToolNames(tools), quirks }),
    tools: tools.length === 0 ? undefined : encodeTools(tools, { areOwn: isOwn, quirks }),
    tool_choice: encodeToolChoice(request),
    parallel_tool_calls: tools.length === 0 ? undefined : request.parallelToolCalls,
    ...encodeSettings(settings, { isOwn, limitField: quirks?.outputLimit ?? outputLimitField }),
    reasoning: isOwn ? encodeReasoningObject(settings, reasoning) : undefined,
    response_format:
      responseFormat === undefined ? undefined : encodeResponseFormat(responseFormat),
    cache_control: quirks?.takesCacheControl === true ? request.cacheControl : undefined,
    ...encodeStream(request, objectOrEmpty(streamOptions), options),
  }
  const given = Object.entries(body).filter(([, value]) => value !== undefined && value !== null)
  return serverBody(Object.fromEntries(given), quirks)
}
