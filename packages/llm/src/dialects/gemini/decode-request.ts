import type { JsonObject } from '@fairlead/base'
import {
  invalidField,
  readArray,
  readModelName,
  readObject,
  readOptional,
  readString,
} from '../../json/request-field.ts'
import type { ChatInput, DecodeOptions } from '../../operations/chat/chat-format.ts'
import type { ModelRequest } from '../../operations/chat/model-request.ts'
import { canonicalFields } from './decided-fields.ts'
import { decodeConfig } from './decode-config.ts'
import { decodeContents, decodeSystem } from './decode-contents.ts'
import { decodeToolChoice, decodeTools, toolConfigExtras } from './decode-tools.ts'
import { dialectName } from './sealed-parts.ts'
import { fieldOf, otherFields } from './spelling.ts'

/**
 * Reads the body of `models/{model}:generateContent`; model and stream stand in its path, and come
 * with the options. Unknown fields are kept, invalid ones rejected.
 */
export function decodeRequest(value: unknown, options: DecodeOptions = {}): ModelRequest {
  const body = readObject(value, 'body')
  const model = readModelName(options.model ?? body['model'], 'model')
  const { items, tools } = decodeInput(body, options)
  const config =
    readOptional(fieldOf(body, 'generationConfig'), 'generationConfig', readObject) ?? {}
  const { settings, responseFormat, extras: configExtras } = decodeConfig(config)
  const toolConfig = readOptional(fieldOf(body, 'toolConfig'), 'toolConfig', readObject) ?? {}
  const serviceTier = readOptional(fieldOf(body, 'serviceTier'), 'serviceTier', readString)
  const toolExtras = toolConfigExtras(toolConfig)
  return {
    model,
    items,
    tools,
    ...decodeToolChoice(toolConfig),
    settings: {
      ...settings,
      ...(serviceTier === undefined ? {} : { serviceTier: canonicalTier(serviceTier) }),
    },
    ...(responseFormat === undefined ? {} : { responseFormat }),
    stream: options.stream ?? false,
    includeUsage: true,
    extras: {
      ...otherFields(body, canonicalFields),
      ...(Object.keys(configExtras).length === 0 ? {} : { generationConfig: configExtras }),
      ...(Object.keys(toolExtras).length === 0 ? {} : { toolConfig: toolExtras }),
    },
    extrasDialect: dialectName,
  }
}

/** Reads the contents and tools; the rest of the body is ignored. */
export function decodeInput(body: JsonObject, options: DecodeOptions = {}): ChatInput {
  const system = fieldOf(body, 'systemInstruction')
  return {
    items: [
      ...(readOptional(system, 'systemInstruction', decodeSystem) ?? []),
      ...decodeContents(readContents(body, options)),
    ],
    tools: decodeTools(body),
  }
}

/** The `contents` of a body; must not be empty unless messages come from elsewhere. */
export function readContents(body: JsonObject, options: DecodeOptions): readonly unknown[] {
  const { contents } = body
  if (contents === undefined && options.messagesOptional === true) return []
  const list = readArray(contents, 'contents')
  if (list.length === 0 && options.messagesOptional !== true) {
    throw invalidField('contents', 'it is empty; give at least one content.')
  }
  return list
}

/** OpenAI's word for it. */
function canonicalTier(tier: string): string {
  return tier === 'standard' ? 'default' : tier
}
