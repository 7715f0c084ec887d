import { asBuffer } from '../../framing/as-buffer.ts'
import { spliceTopLevel } from '../../json/json-splice.ts'
import { type BodyOutline, noUniqueFields, outlineBody } from '../../json/outline-body.ts'
import { mayHoldWrapped } from '../../operations/chat/sealed-text.ts'
import type { PassageEdit, SentFields } from '../passage.ts'
import { compactionAt } from './compaction-at.ts'
import { encodeItems } from './encode-items.ts'
import { splitInstructions } from './encode-request.ts'
import { ownIdMark } from './item-ids.ts'
import { keptFields } from './kept-fields.ts'
import { modelFeatures } from './model-features.ts'
import { sealedReasoningInclude } from './settings.ts'
import { encodeTools } from './tools.ts'

/**
 * The caller's bytes with only the necessary top-level fields replaced. Undefined where one would
 * have to be changed within: an input that is text cannot have items before it, nor `text` gain a
 * format, and seals and ids that were made here are unknown to a provider.
 */
export function editBody(
  body: Uint8Array,
  sent: SentFields,
  edit: PassageEdit,
): Uint8Array | undefined {
  const prepend = prependedEntries(edit)
  const { compactAtTokens, itemsBefore = [], items } = edit.edits
  const outline = edit.outline ?? outlineBody(body, noUniqueFields)
  const set = changedFields(sent, edit)
  if (compactAtTokens !== undefined && !hasMember(outline, 'context_management')) {
    set['context_management'] = JSON.stringify(compactionAt(compactAtTokens))
  }
  if (items === undefined && holdsOwnMarks(body)) return undefined
  const isSame = Object.keys(set).length === 0 && Object.keys(prepend).length === 0
  const hasOurs = sent.context || keptFields.some((name) => hasMember(outline, name))
  if (isSame && !hasOurs && items === undefined) return body
  // The list that is there gains an entry.
  if (asksForSeals(edit) && hasMember(outline, 'include')) return undefined
  if (edit.edits.responseFormat !== undefined && !sent.responseFormat) return undefined
  if (itemsBefore.length > 0 && items === undefined && !hasInputList(body, outline)) {
    return undefined
  }
  const ours = ['context', ...keptFields]
  const remove = items === undefined ? ours : [...ours, 'instructions']
  return spliceTopLevel(body, { set, prepend, remove }, outline)
}

function holdsOwnMarks(body: Uint8Array): boolean {
  return mayHoldWrapped(body) || asBuffer(body).includes(ownIdMark)
}

function hasInputList(body: Uint8Array, outline: BodyOutline): boolean {
  const input = outline.members.findLast(({ name }) => name === 'input')
  return input !== undefined && body[input.valueStart] === openBracket
}

/** Whether thinking is to come back sealed: models that do not think refuse to be asked for it. */
function asksForSeals({ edits, model }: PassageEdit): boolean {
  return edits.keptHere !== undefined && modelFeatures(model).reasoning === 'always'
}

function hasMember(outline: BodyOutline, name: string): boolean {
  return outline.members.some((member) => member.name === name)
}

const openBracket = 0x5b

function changedFields(sent: SentFields, edit: PassageEdit): Record<string, string> {
  const { model, edits } = edit
  const set: Record<string, string> = {}
  if (sent.model !== model) set['model'] = JSON.stringify(model)
  if (edits.items !== undefined) {
    const { input, instructions } = splitInstructions(edits.items)
    set['input'] = JSON.stringify(encodeItems(input, { echoReasoning: false }))
    if (instructions !== undefined) set['instructions'] = JSON.stringify(instructions)
  }
  if (edits.tools !== undefined) set['tools'] = JSON.stringify(encodeTools(edits.tools))
  if (edits.temperature !== undefined && !sent.temperature) {
    set['temperature'] = JSON.stringify(edits.temperature)
  }
  if (edits.promptCacheKey !== undefined && sent.promptCacheKey !== true) {
    set['prompt_cache_key'] = JSON.stringify(edits.promptCacheKey)
  }
  if (edits.maxOutputTokens !== undefined && !sent.outputLimit) {
    set['max_output_tokens'] = JSON.stringify(edits.maxOutputTokens)
  }
  if (edits.keptHere !== undefined) set['store'] = 'false'
  if (asksForSeals(edit)) set['include'] = JSON.stringify([sealedReasoningInclude])
  return set
}

function prependedEntries({ edits }: PassageEdit): Record<string, readonly string[]> {
  const { items, itemsBefore = [], toolsBefore = [] } = edits
  const input = items === undefined ? encodeItems(itemsBefore, { echoReasoning: false }) : []
  const tools = edits.tools === undefined ? encodeTools(toolsBefore) : []
  return {
    ...(input.length === 0 ? {} : { input: input.map((item) => JSON.stringify(item)) }),
    ...(tools.length === 0 ? {} : { tools: tools.map((tool) => JSON.stringify(tool)) }),
  }
}
