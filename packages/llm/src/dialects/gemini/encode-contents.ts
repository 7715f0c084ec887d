import { type JsonObject, objectOrEmpty } from '@fairlead/base'
import type { FunctionCallItem, FunctionCallOutputItem, Item } from '../../operations/chat/item.ts'
import { matchOutputs } from '../../operations/chat/match-outputs.ts'
import { isMadeId } from './call-ids.ts'
import { encodeParts } from './encode-parts.ts'
import { encodeFunctionResponse } from './function-response.ts'
import type { ModelFeatures } from './model-features.ts'
import { ModelParts } from './model-parts.ts'
import { dialectName, foreignCallSignature } from './sealed-parts.ts'

interface Content {
  readonly role: 'user' | 'model'
  readonly parts: JsonObject[]
}

interface EncodedContents {
  /** Parts for `systemInstruction`. */
  readonly system: JsonObject[]
  readonly contents: readonly Content[]
}

/**
 * Writes items as contents that follow the API's rules: system and developer messages go to
 * `systemInstruction`; adjacent contents of one role are merged; a call comes right after the user's
 * content, and all its content's responses together in the very next one
 * (https://ai.google.dev/gemini-api/docs/function-calling).
 */
export function encodeContents(items: readonly Item[], features: ModelFeatures): EncodedContents {
  const outputs = matchOutputs(items)
  const system: JsonObject[] = []
  const contents: Content[] = []

  function add(role: Content['role'], parts: readonly JsonObject[]): void {
    if (parts.length === 0) return
    const last = contents.at(-1)
    if (last?.role !== role) contents.push({ role, parts: [...parts] })
    else for (const part of parts) last.parts.push(part)
  }

  function addModelRun(run: readonly Item[]): void {
    const written = new ModelParts()
    const responses: JsonObject[] = []
    for (const item of run) {
      written.add(item)
      if (item.type !== 'function_call') continue
      for (const part of responseParts(item, outputs.of(item), features)) responses.push(part)
    }
    add('model', written.end())
    add('user', functionsFirst(responses))
  }

  let run: Item[] = []
  for (const item of items) {
    if (isModelItem(item)) {
      run.push(item)
      continue
    }
    addModelRun(run)
    run = []
    if (item.type === 'fairlead:native' && item.dialect === dialectName) add('user', [item.block])
    if (item.type !== 'message') continue
    if (item.role === 'user') add('user', encodeParts(item.content))
    else for (const part of encodeParts(item.content)) if ('text' in part) system.push(part)
  }
  addModelRun(run)
  outputs.rejectUnmatched()
  const legal = withLegalStart(contents)
  return { system, contents: features.checksSignatures ? withSignatures(legal) : legal }
}

function isModelItem(item: Item): boolean {
  switch (item.type) {
    case 'reasoning':
    case 'function_call':
      return true
    case 'message':
    case 'fairlead:native':
      return item.role === 'assistant'
    case 'function_call_output':
      return false
  }
}

/**
 * Files of an output stand in it where the model reads them there
 * (https://ai.google.dev/gemini-api/docs/function-calling#multimodal), otherwise after the responses.
 */
function responseParts(
  call: FunctionCallItem,
  { extras, output, is_error: isError }: FunctionCallOutputItem,
  { mediaInOutputs }: ModelFeatures,
): JsonObject[] {
  const parts = typeof output === 'string' ? [{ text: output }] : encodeParts(output)
  const text = parts.flatMap((part) => (typeof part['text'] === 'string' ? [part['text']] : []))
  const media = parts.filter((part) => !('text' in part))
  const response = {
    ...(isMadeId(call.call_id) ? {} : { id: call.call_id }),
    name: call.name,
    response: encodeFunctionResponse(text.join('\n'), isError === true),
    ...(mediaInOutputs && media.length > 0 ? { parts: media } : {}),
    ...(extras?.dialect === dialectName ? objectOrEmpty(extras.fields['functionResponse']) : {}),
  }
  return [{ functionResponse: response }, ...(mediaInOutputs ? [] : media)]
}

function functionsFirst(parts: readonly JsonObject[]): JsonObject[] {
  const isResponse = (part: JsonObject) => 'functionResponse' in part
  return [...parts.filter(isResponse), ...parts.filter((part) => !isResponse(part))]
}

const isCall = (part: JsonObject): boolean => 'functionCall' in part

/** There must be a content, and none may begin with a call. */
function withLegalStart(contents: readonly Content[]): readonly Content[] {
  const [first] = contents
  if (first !== undefined && (first.role === 'user' || !first.parts.some(isCall))) return contents
  return [{ role: 'user', parts: [{ text: 'Continue.' }] }, ...contents]
}

/**
 * In the current turn, which begins with what the user said last, the first call of each step must be
 * sealed: one that another model made, or a client without signatures sent back, gets the documented
 * word for that.
 */
function withSignatures(contents: readonly Content[]): readonly Content[] {
  const isSaid = (part: JsonObject) => !('functionResponse' in part)
  const turn = contents.findLastIndex(({ role, parts }) => role === 'user' && parts.some(isSaid))
  return contents.map((content, index) => {
    const place = content.role === 'model' && index > turn ? content.parts.findIndex(isCall) : -1
    const call = content.parts[place]
    if (call === undefined || call['thoughtSignature'] !== undefined) return content
    const sealed = { ...call, thoughtSignature: foreignCallSignature }
    return { ...content, parts: content.parts.with(place, sealed) }
  })
}
