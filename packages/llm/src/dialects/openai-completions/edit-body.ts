import { spliceTopLevel } from '../../json/json-splice.ts'
import { asksForUsage } from '../../operations/chat/asks-for-usage.ts'
import type { PassageEdit, SentFields } from '../passage.ts'

/** The caller's bytes with only the necessary top-level fields replaced. */
export function editBody(
  body: Uint8Array,
  sent: SentFields,
  { edits, model, options, outline }: PassageEdit,
): Uint8Array | undefined {
  const { items, itemsBefore = [], maxOutputTokens, responseFormat, temperature } = edits
  const { tools = [], toolsBefore = [] } = edits
  const isSaidBefore = items !== undefined || itemsBefore.length > 0
  if (isSaidBefore || tools.length + toolsBefore.length > 0 || responseFormat !== undefined) {
    return undefined
  }
  const set: Record<string, string> = {}
  if (sent.model !== model) set['model'] = JSON.stringify(model)
  if (temperature !== undefined && !sent.temperature) {
    set['temperature'] = JSON.stringify(temperature)
  }
  if (maxOutputTokens !== undefined && !sent.outputLimit) {
    set['max_tokens'] = JSON.stringify(maxOutputTokens)
  }
  if (sent.stream && !sent.includeUsage && asksForUsage(options)) {
    set['stream_options'] = JSON.stringify({ ...sent.streamOptions, include_usage: true })
  }
  if (Object.keys(set).length === 0 && !sent.context) return body
  return spliceTopLevel(body, { set, remove: ['context'] }, outline)
}
