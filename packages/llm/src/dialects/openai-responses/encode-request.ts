import { arrayOrEmpty, type JsonObject, isJsonObject, objectOrEmpty } from '@fairlead/base'
import type { EncodeOptions } from '../../operations/chat/chat-format.ts'
import type { Item } from '../../operations/chat/item.ts'
import type { ModelRequest } from '../../operations/chat/model-request.ts'
import { compactionAt } from './compaction-at.ts'
import { dialectName } from './dialect-name.ts'
import { encodeItems } from './encode-items.ts'
import { keptFields } from './kept-fields.ts'
import { modelFeatures } from './model-features.ts'
import { encodeSettings, sealedReasoningInclude } from './settings.ts'
import { encodeTextFormat } from './text-format.ts'
import { encodeToolChoice, encodeTools } from './tools.ts'

/**
 * Writes the body for `POST /v1/responses`. For a caller of another dialect nothing is stored at the
 * provider unless asked for, and reasoning comes back sealed, as that caller sends all there is with
 * every call.
 */
export function encodeRequest(request: ModelRequest, options: EncodeOptions = {}): JsonObject {
  const { extrasDialect = dialectName, model, tools } = request
  const isOwn = extrasDialect === dialectName
  const extras = isOwn ? ownExtras(request) : foreignExtras(request)
  const { input, instructions } = splitInstructions(request.items)
  const encodedTools = [...encodeTools(tools, extrasDialect), ...webSearchTools(request)]
  const body: Record<string, unknown> = {
    ...extras,
    model,
    instructions,
    input: encodeItems(input, {
      echoReasoning: (options.quirks?.reasoning?.echo ?? 'Never') !== 'Never',
    }),
    ...encodeSettings(isOwn ? request.settings : { store: false, ...request.settings }, extras, {
      isOwn,
      format:
        request.responseFormat === undefined ? undefined : encodeTextFormat(request.responseFormat),
    }),
    tools: encodedTools.length === 0 ? undefined : encodedTools,
    tool_choice: encodeToolChoice(request) ?? extras['tool_choice'],
    parallel_tool_calls: tools.length === 0 ? undefined : request.parallelToolCalls,
    context_management: extras['context_management'] ?? managementOf(request),
    stream: request.stream ? true : undefined,
  }
  return Object.fromEntries(
    Object.entries(body).filter(([, value]) => value !== undefined && value !== null),
  )
}

function managementOf({ compactAtTokens }: ModelRequest) {
  return compactAtTokens === undefined ? undefined : compactionAt(compactAtTokens)
}

/** Instructions are the system's first words; all others stay where they are. */
export function splitInstructions(items: readonly Item[]): {
  readonly instructions: string | undefined
  readonly input: readonly Item[]
} {
  const [first, ...rest] = items
  if (first?.type !== 'message' || first.role !== 'system' || rest.length === 0) {
    return { instructions: undefined, input: items }
  }
  const [part, ...more] = first.content
  const isPlain = part?.type === 'input_text' && more.length === 0 && part.text !== ''
  if (!isPlain || part.extras !== undefined) return { instructions: undefined, input: items }
  return { instructions: part.text, input: rest }
}

function ownExtras({ extras, model, wantsSeals }: ModelRequest): JsonObject {
  const sent = Object.fromEntries(
    Object.entries(extras).filter(([name]) => !keptFields.includes(name)),
  )
  if (wantsSeals === undefined || modelFeatures(model).reasoning !== 'always') return sent
  const include = arrayOrEmpty(sent['include'])
  return include.includes(sealedReasoningInclude)
    ? sent
    : { ...sent, include: [...include, sealedReasoningInclude] }
}

function foreignExtras({ model, settings }: ModelRequest): JsonObject {
  const seals = modelFeatures(model).reasoning === 'always' && settings.store !== true
  return seals ? { include: [sealedReasoningInclude] } : {}
}

/** OpenAI's own tool for the `web_search_options` of its chat completions. */
function webSearchTools({ extras, extrasDialect }: ModelRequest): JsonObject[] {
  const options = extras['web_search_options']
  if (extrasDialect !== 'openai-chat' || !isJsonObject(options)) return []
  const { search_context_size: size, user_location: location } = options
  const approximate = objectOrEmpty(objectOrEmpty(location)['approximate'])
  return [
    {
      type: 'web_search',
      ...(size === undefined ? {} : { search_context_size: size }),
      ...(Object.keys(approximate).length === 0
        ? {}
        : { user_location: { type: 'approximate', ...approximate } }),
    },
  ]
}
