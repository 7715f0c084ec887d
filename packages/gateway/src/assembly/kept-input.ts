import { type JsonObject, isJsonObject, stringOrUndefined } from '@fairlead/base'

/** How the ids of items begin, by their types; others begin with `item_`. */
const prefixes: ReadonlyMap<string, string> = new Map([
  ['message', 'msg_'],
  ['reasoning', 'rs_'],
  ['function_call', 'fc_'],
  ['function_call_output', 'fco_'],
  ['custom_tool_call', 'ctc_'],
  ['custom_tool_call_output', 'ctco_'],
])

/** The types whose listed items have a status. */
const withStatus: ReadonlySet<string> = new Set(
  [...prefixes.keys()].filter((type) => type !== 'reasoning'),
)

/**
 * The input of a request to OpenAI's Responses as it is kept and listed: a list of items, each with
 * its type and an id.
 */
export function keptInput(input: unknown, newId: (prefix: string) => string): JsonObject[] {
  const items: readonly unknown[] = Array.isArray(input)
    ? input
    : [{ role: 'user', content: input }]
  return items.flatMap((item) => (isJsonObject(item) ? [completeItem(item, newId)] : []))
}

function completeItem(item: JsonObject, newId: (prefix: string) => string): JsonObject {
  const isMessage = item['role'] !== undefined
  const type = stringOrUndefined(item['type']) ?? (isMessage ? 'message' : 'item_reference')
  const id = stringOrUndefined(item['id']) ?? newId(prefixes.get(type) ?? 'item_')
  const complete = withStatus.has(type)
    ? { status: 'completed', ...item, type, id }
    : { ...item, type, id }
  return type === 'message' ? { ...complete, content: contentParts(item) } : complete
}

function contentParts({ content, role }: JsonObject): unknown {
  if (typeof content !== 'string') return content
  return role === 'assistant'
    ? [{ type: 'output_text', text: content, annotations: [], logprobs: [] }]
    : [{ type: 'input_text', text: content }]
}

/** The id that an entry of an input only refers to; undefined for an item of its own. */
export function referredId(item: unknown): string | undefined {
  if (!isJsonObject(item)) return undefined
  const { type, role, id } = item
  const refers = type === 'item_reference' || (!type && role === undefined)
  return refers ? stringOrUndefined(id) : undefined
}
