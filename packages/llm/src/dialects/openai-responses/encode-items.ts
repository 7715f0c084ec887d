import type { JsonObject } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import type { ContentPart, Item, ReasoningItem } from '../../operations/chat/item.ts'
import { encodeAnnotation } from './annotations.ts'
import { dialectName } from './dialect-name.ts'
import { isOwnItemId } from './item-ids.ts'

interface EncodeItemsOptions {
  /** Whether thinking that has no seal of this dialect is sent as text. */
  readonly echoReasoning: boolean
}

/**
 * Writes items for a provider. Reasoning is sent where it carries this dialect's own seal. What other
 * makers sealed is left out; so are the ids of calls that followed such reasoning at its maker, for
 * OpenAI takes a call with an id for one whose reasoning is missing.
 */
export function encodeItems(items: readonly Item[], options: EncodeItemsOptions): JsonObject[] {
  return items.flatMap((item) => encodeItem(item, options))
}

function encodeItem(item: Item, { echoReasoning }: EncodeItemsOptions): JsonObject[] {
  switch (item.type) {
    case 'message':
      return [
        {
          type: 'message',
          ...idOf(item, 'msg_'),
          role: item.role,
          ...(item.status === undefined || item.id === undefined ? {} : { status: item.status }),
          content: encodeContent(item.content, item.role === 'assistant'),
          ...(item.phase === undefined ? {} : { phase: item.phase }),
        },
      ]
    case 'reasoning':
      return encodeReasoning(item, echoReasoning)
    case 'function_call': {
      const { arguments: text, call_id, custom, extras, name } = item
      const more = extras?.dialect === dialectName ? extras.fields : {}
      return custom === undefined
        ? [{ type: 'function_call', call_id, name, arguments: text === '' ? '{}' : text, ...more }]
        : [{ type: 'custom_tool_call', call_id, name, input: text, ...more }]
    }
    case 'function_call_output': {
      const { call_id, custom, extras, output } = item
      const more = extras?.dialect === dialectName ? extras.fields : {}
      return [
        {
          type: custom === undefined ? 'function_call_output' : 'custom_tool_call_output',
          call_id,
          output: typeof output === 'string' ? output : encodeContent(output, false),
          ...more,
        },
      ]
    }
    case 'fairlead:native':
      return item.dialect === dialectName && !isOwnSearch(item.block) ? [item.block] : []
  }
}

/** A search that no provider has made: to it, the results are part of the prompt. */
function isOwnSearch({ id, type }: JsonObject): boolean {
  return type === 'file_search_call' && (id === '' || (typeof id === 'string' && isOwnItemId(id)))
}

/** An id that another maker gave is refused where its form is another. */
function idOf({ id }: Item, prefix: string): { id?: string } {
  return id !== undefined && id.startsWith(prefix) && !isOwnItemId(id) ? { id } : {}
}

function encodeReasoning(item: ReasoningItem, echoReasoning: boolean): JsonObject[] {
  const { content = [], encrypted_content: sealed, maker, summary } = item
  if (maker === dialectName && sealed !== undefined) {
    return [{ type: 'reasoning', ...idOf(item, 'rs_'), summary, encrypted_content: sealed }]
  }
  if (!echoReasoning || content.length === 0) return []
  return [{ type: 'reasoning', summary, content }]
}

/** Content is always a list: the order of parts is kept, and every server of the dialect reads it. */
function encodeContent(parts: readonly ContentPart[], isAssistant: boolean): JsonObject[] {
  return parts.map((part) => {
    const more = part.extras?.dialect === dialectName ? part.extras.fields : {}
    return { ...encodePart(part, isAssistant), ...more }
  })
}

function encodePart(part: ContentPart, isAssistant: boolean): JsonObject {
  switch (part.type) {
    case 'input_text':
      return { type: isAssistant ? 'output_text' : 'input_text', text: part.text }
    case 'output_text':
      return isAssistant ? encodeOutputText(part) : { type: 'input_text', text: part.text }
    case 'refusal':
      return isAssistant
        ? { type: 'refusal', refusal: part.refusal }
        : { type: 'input_text', text: part.refusal }
    case 'input_image': {
      const { detail, image_url } = part
      return { type: 'input_image', image_url, ...(detail === undefined ? {} : { detail }) }
    }
    case 'input_file': {
      const { cache_control: _, extras: __, ...file } = part
      return { ...defaultName(file), ...file }
    }
    case 'input_audio':
      return { type: 'input_audio', input_audio: { data: part.data, format: part.format } }
    case 'output_file':
      throw new ModelError(
        'invalid-request',
        'This model does not accept files that another model made; send them in a message of the user.',
        { param: 'input' },
      )
  }
}

/** Data needs a name, whose ending says its type. */
function defaultName({ file_data: data }: { file_data?: string }): { filename?: string } {
  if (data === undefined) return {}
  return { filename: data.startsWith('data:text/') ? 'file.txt' : 'file.pdf' }
}

/** Annotations are sent back: the model is to know what it cited. */
export function encodeOutputText(part: Extract<ContentPart, { type: 'output_text' }>): JsonObject {
  const { annotations = [], logprobs, text } = part
  return {
    type: 'output_text',
    text,
    annotations: annotations.map(encodeAnnotation).filter((one) => one !== undefined),
    ...(logprobs === undefined ? {} : { logprobs }),
  }
}
