import { isJsonObject, type JsonObject } from '@fairlead/base'
import type {
  ContentPart,
  DialectExtras,
  Item,
  NativeItem,
  ReasoningItem,
} from '../../operations/chat/item.ts'
import { dialectName } from './dialect-name.ts'
import { encodeOutputText } from './encode-items.ts'
import { sealOf } from './encode-output.ts'
import { type ItemInclude, withIncluded, withoutSeals } from './item-includes.ts'

/**
 * A kept item in the form in which OpenAI's Conversations API shows it (its `ConversationItem`), with
 * what is asked for. What another API alone knows is shown as `fairlead:native` with its block.
 */
export function presentItem(
  item: Item & { readonly id: string },
  include: ReadonlySet<ItemInclude>,
): JsonObject {
  const { id, status = 'completed' } = item
  switch (item.type) {
    case 'message': {
      const { content, phase, role } = item
      return {
        type: 'message',
        id,
        status,
        role,
        content: content.map((part) => presentPart(part, include)),
        ...(phase === undefined ? {} : { phase }),
      }
    }
    case 'reasoning':
      return { id, ...presentReasoning(item, include) }
    case 'function_call': {
      const { arguments: text, call_id, custom, extras, name } = item
      return custom === undefined
        ? { type: item.type, id, status, call_id, name, arguments: text, ...ownFields(extras) }
        : { type: 'custom_tool_call', id, status, call_id, name, input: text, ...ownFields(extras) }
    }
    case 'function_call_output': {
      const { call_id, custom, extras, output } = item
      return {
        type: custom === undefined ? item.type : 'custom_tool_call_output',
        id,
        status,
        call_id,
        output:
          typeof output === 'string' ? output : output.map((part) => presentPart(part, include)),
        ...ownFields(extras),
      }
    }
    case 'fairlead:native':
      return presentNative({ ...item, id }, include)
  }
}

function ownFields(extras: DialectExtras | undefined): JsonObject {
  return extras?.dialect === dialectName ? extras.fields : {}
}

function presentReasoning(item: ReasoningItem, include: ReadonlySet<ItemInclude>): JsonObject {
  const { content = [], status, summary } = item
  const seal = include.has('reasoning.encrypted_content') ? sealOf(item) : undefined
  return {
    type: 'reasoning',
    summary,
    ...(content.length === 0 ? {} : { content }),
    ...(status === undefined ? {} : { status }),
    ...(seal === undefined ? {} : { encrypted_content: seal }),
  }
}

function presentPart(part: ContentPart, include: ReadonlySet<ItemInclude>): JsonObject {
  const image = (url: string) =>
    include.has('message.input_image.image_url') ? { image_url: url } : {}
  const more = ownFields(part.extras)
  switch (part.type) {
    case 'input_text':
      return { type: part.type, text: part.text, ...more }
    case 'output_text': {
      const logprobs = include.has('message.output_text.logprobs') ? part.logprobs : undefined
      return { ...encodeOutputText({ ...part, logprobs: logprobs ?? [] }), ...more }
    }
    case 'refusal':
      return { type: part.type, refusal: part.refusal }
    case 'input_image':
      return {
        type: part.type,
        ...image(part.image_url),
        detail: part.detail ?? 'auto',
        ...more,
      }
    case 'input_file': {
      const { cache_control: _, extras: __, ...file } = part
      // An image that the provider holds.
      if (more['type'] === 'input_image') return { detail: 'auto', file_id: part.file_id, ...more }
      return { ...file, ...more }
    }
    case 'input_audio':
      return { type: part.type, input_audio: { data: part.data, format: part.format } }
    case 'output_file': {
      const { data, media_type: mediaType, transcript } = part
      const url = `data:${mediaType};base64,${data}`
      if (mediaType.startsWith('image/')) {
        return { type: 'input_image', ...image(url), detail: 'auto' }
      }
      return transcript === undefined
        ? { type: 'input_file', file_data: url }
        : { type: 'output_text', text: transcript, annotations: [], logprobs: [] }
    }
  }
}

/** What every item of a type is shown with, where whoever gave it may leave it out. */
const completions: Readonly<Record<string, JsonObject>> = {
  code_interpreter_call: { code: null, outputs: null },
  computer_call_output: { status: 'completed' },
  image_generation_call: { result: null },
  shell_call: { environment: null, status: 'completed' },
  shell_call_output: { max_output_length: null, status: 'completed' },
  tool_search_call: { call_id: null, execution: 'server', status: 'completed' },
  tool_search_output: { call_id: null, execution: 'server', status: 'completed' },
}

function presentNative(
  { block, dialect, id, role, status = 'completed' }: NativeItem & { readonly id: string },
  include: ReadonlySet<ItemInclude>,
): JsonObject {
  if (dialect !== dialectName) {
    const shown = include.has('reasoning.encrypted_content') ? block : withoutSeals(block)
    return { type: 'fairlead:native', id, status, role, dialect, block: shown }
  }
  const given = Object.fromEntries(Object.entries(block).filter(([, value]) => value !== null))
  const whole = { ...completions[String(block['type'])], ...given, id }
  return withIncluded(withLimits(whole), include)
}

/** A call of a shell says its limits, also where it has none. */
function withLimits(item: JsonObject): JsonObject {
  const { action, type } = item
  if (type !== 'shell_call' || !isJsonObject(action)) return item
  return { ...item, action: { timeout_ms: null, max_output_length: null, ...action } }
}
