import { arrayOrEmpty, isJsonObject, type JsonObject } from '@fairlead/base'

/** What of an item is shown only to those who ask for it with `include`. */
export const itemIncludes = [
  'file_search_call.results',
  'web_search_call.results',
  'web_search_call.action.sources',
  'message.input_image.image_url',
  'computer_call_output.output.image_url',
  'code_interpreter_call.outputs',
  'reasoning.encrypted_content',
  'message.output_text.logprobs',
] as const

export type ItemInclude = (typeof itemIncludes)[number]

/** An item of a tool that the provider runs, as it is shown with what is asked for. */
export function withIncluded(item: JsonObject, include: ReadonlySet<ItemInclude>): JsonObject {
  switch (item['type']) {
    case 'file_search_call':
      return include.has('file_search_call.results') ? item : without(item, 'results')
    case 'web_search_call': {
      const shown = include.has('web_search_call.results') ? item : without(item, 'results')
      const { action } = shown
      return include.has('web_search_call.action.sources') || !isJsonObject(action)
        ? shown
        : { ...shown, action: without(action, 'sources') }
    }
    case 'computer_call_output': {
      const { output } = item
      return include.has('computer_call_output.output.image_url') || !isJsonObject(output)
        ? item
        : { ...item, output: without(output, 'image_url') }
    }
    case 'code_interpreter_call':
      return include.has('code_interpreter_call.outputs') ? item : { ...item, outputs: null }
    default:
      return item
  }
}

/** The fields in which dialects keep what only their own models read. */
const sealFields: ReadonlySet<string> = new Set([
  'encrypted_content',
  'encrypted_index',
  'encryptedContent',
  'redactedContent',
  'redacted_content',
  'signature',
  'thoughtSignature',
  'thought_signature',
])

/** A block of any dialect without the texts that only its maker reads. */
export function withoutSeals(value: unknown): unknown {
  if (Array.isArray(value)) return arrayOrEmpty(value).map(withoutSeals)
  if (!isJsonObject(value)) return value
  const isRedacted = value['type'] === 'redacted_thinking'
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !sealFields.has(name) && !(isRedacted && name === 'data'))
      .map(([name, field]) => [name, withoutSeals(field)]),
  )
}

function without(object: JsonObject, name: string): JsonObject {
  const { [name]: _, ...rest } = object
  return rest
}
