import type { JsonObject } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import { asksForUsage } from '../../operations/chat/asks-for-usage.ts'
import type { EncodeOptions } from '../../operations/chat/chat-format.ts'
import type { ModelRequest } from '../../operations/chat/model-request.ts'
import { encodePrompt } from './prompt.ts'
import { encodeSettings } from './settings.ts'

/** Writes the body for `POST /v1/completions`. Throws a ModelError 400 for tools. */
export function encodeRequest(request: ModelRequest, options: EncodeOptions = {}): JsonObject {
  if (request.tools.length > 0) {
    throw new ModelError(
      'invalid-request',
      'This model completes texts only and has no tools. Omit them or choose another model.',
      { param: 'tools' },
    )
  }
  const isOwn = (request.extrasDialect ?? 'openai-completions') === 'openai-completions'
  const tellsUsage = request.includeUsage || asksForUsage(options)
  const body: Record<string, unknown> = {
    ...(isOwn ? request.extras : {}),
    model: request.model,
    prompt: encodePrompt(request.items),
    ...encodeSettings(request.settings),
    ...(request.stream ? { stream: true } : {}),
    ...(request.stream && tellsUsage && options.quirks?.usageOption === undefined
      ? { stream_options: { include_usage: true } }
      : {}),
  }
  return Object.fromEntries(
    Object.entries(body).filter(([, value]) => value !== undefined && value !== null),
  )
}
