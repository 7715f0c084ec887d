import { spliceTopLevel } from '../../json/json-splice.ts'
import { asksForUsage } from '../../operations/chat/asks-for-usage.ts'
import { mayHoldWrapped } from '../../operations/chat/sealed-text.ts'
import type { PassageEdit, SentFields } from '../passage.ts'
import { encodeMessages } from './encode-messages.ts'
import { encodeResponseFormat } from './response-format.ts'
import { needsOtherMessages, needsOtherNames, serverEdits } from './server-edits.ts'
import { customToolNames, encodeTools } from './tools.ts'

/** The caller's bytes with only the necessary top-level fields replaced. */
export function editBody(
  body: Uint8Array,
  sent: SentFields,
  edit: PassageEdit,
): Uint8Array | undefined {
  const { tools, toolsBefore = [] } = edit.edits
  if (sent.deprecatedTools && (tools !== undefined || toolsBefore.length > 0)) return undefined
  const { quirks } = edit.options
  if (
    edit.edits.items === undefined &&
    (needsOtherMessages(sent, quirks) || mayHoldWrapped(body))
  ) {
    return undefined
  }
  if (needsOtherNames(sent, quirks)) return undefined
  // What may follow a message depends on the one before it.
  if (quirks?.strictMessages === true && edit.edits.itemsBefore !== undefined) return undefined
  const forServer = serverEdits(sent, quirks)
  const set = { ...forServer.set, ...changedFields(sent, edit) }
  const prepend = prependedEntries(edit)
  const same = Object.keys(set).length === 0 && Object.keys(prepend).length === 0
  if (same && !sent.context && forServer.remove.length === 0) return body
  const remove = ['context', ...forServer.remove]
  return spliceTopLevel(body, { set, prepend, remove }, edit.outline)
}

function changedFields(
  sent: SentFields,
  { model, edits, options }: PassageEdit,
): Record<string, string> {
  const set: Record<string, string> = {}
  if (sent.model !== model) set['model'] = JSON.stringify(model)
  if (edits.items !== undefined) {
    const { tools } = edits
    const customTools = tools === undefined ? sent.customTools : customToolNames(tools)
    const messages = encodeMessages(edits.items, { customTools, quirks: options.quirks })
    set['messages'] = JSON.stringify(messages)
  }
  if (edits.tools !== undefined)
    set['tools'] = JSON.stringify(encodeTools(edits.tools, { quirks: options.quirks }))
  if (edits.responseFormat !== undefined && !sent.responseFormat) {
    set['response_format'] = JSON.stringify(encodeResponseFormat(edits.responseFormat))
  }
  if (edits.temperature !== undefined && !sent.temperature) {
    set['temperature'] = JSON.stringify(edits.temperature)
  }
  if (sent.stream && !sent.includeUsage && asksForUsage(options)) {
    set['stream_options'] = JSON.stringify({ ...sent.streamOptions, include_usage: true })
  }
  if (edits.promptCacheKey !== undefined && sent.promptCacheKey !== true) {
    set['prompt_cache_key'] = JSON.stringify(edits.promptCacheKey)
  }
  if (edits.maxOutputTokens !== undefined && !sent.outputLimit) {
    const field = options.quirks?.outputLimit ?? options.outputLimitField ?? 'max_completion_tokens'
    set[field] = JSON.stringify(edits.maxOutputTokens)
  }
  return set
}

function prependedEntries({ edits, options }: PassageEdit): Record<string, readonly string[]> {
  const { itemsBefore = [], toolsBefore = [] } = edits
  const messages = encodeMessages(itemsBefore, {
    customTools: new Set(),
    quirks: options.quirks,
  })
  return {
    ...(messages.length === 0 ? {} : { messages: messages.map((each) => JSON.stringify(each)) }),
    ...(toolsBefore.length === 0
      ? {}
      : {
          tools: encodeTools(toolsBefore, { quirks: options.quirks }).map((each) =>
            JSON.stringify(each),
          ),
        }),
  }
}
