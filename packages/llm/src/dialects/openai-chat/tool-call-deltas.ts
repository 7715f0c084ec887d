import {
  arrayOrEmpty,
  isJsonObject,
  type JsonObject,
  numberOrUndefined,
  objectOrEmpty,
  stringOrUndefined,
} from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { readCallSeal } from './call-seal.ts'
import { syntheticCallId } from './decode-calls.ts'

/** Nobody sees them before the name comes. */
const waitingLengthMax = 1_000_000
const callsMax = 10_000

interface OpenCall {
  readonly index: number
  readonly id: string
  /** Empty until the provider sends it; the call starts then. */
  name: string
  /** Arguments that arrived before the name. */
  waiting: string
}

interface ToolCallReader {
  setResponseId(id: string): void
  read(delta: JsonObject): StreamEvent[]
  count(): number
}

/**
 * Reads `tool_calls` of deltas (and the legacy `function_call`). OpenAI numbers calls by `index`
 * and sends id and name once. Compatible servers omit the index or the id, or give every call the
 * index 0; therefore a new id together with a name always opens a new call.
 */
export function createToolCallReader(): ToolCallReader {
  const byProviderIndex = new Map<number, OpenCall>()
  let latest: OpenCall | undefined
  let opened = 0
  let responseId = ''

  function find(call: JsonObject, name: string): OpenCall {
    const id = stringOrUndefined(call['id']) ?? ''
    const providerIndex = numberOrUndefined(call['index'])
    const known = providerIndex === undefined ? latest : byProviderIndex.get(providerIndex)
    const another = known !== undefined && id !== '' && name !== '' && id !== known.id
    const whole =
      known !== undefined && providerIndex === undefined && name !== '' && known.name !== ''
    if (known !== undefined && !another && !whole) return known
    const started: OpenCall = {
      index: opened,
      id: id === '' ? syntheticCallId(responseId, opened) : id,
      name: '',
      waiting: '',
    }
    if (opened === callsMax) {
      throw new ModelError('upstream', `The provider sent more than ${callsMax} tool calls.`)
    }
    opened += 1
    if (providerIndex !== undefined) byProviderIndex.set(providerIndex, started)
    return started
  }

  function readCall(call: JsonObject): StreamEvent[] {
    const called = objectOrEmpty(call['function'] ?? call['custom'])
    const name = stringOrUndefined(called['name']) ?? ''
    const text = argumentsText(called['arguments'] ?? called['input'])
    const target = find(call, name)
    latest = target
    if (target.name === '') {
      target.waiting += text
      if (name === '') {
        checkWaiting(target)
        return []
      }
      target.name = name
      const start: StreamEvent = {
        type: 'tool-call-start',
        index: target.index,
        id: target.id,
        name,
        ...(isJsonObject(call['custom']) ? { custom: true } : {}),
        ...readCallSeal(call),
      }
      return target.waiting === ''
        ? [start]
        : [start, { type: 'tool-call-delta', index: target.index, arguments: target.waiting }]
    }
    return text === '' ? [] : [{ type: 'tool-call-delta', index: target.index, arguments: text }]
  }

  return {
    setResponseId(id) {
      responseId = id
    },
    read(delta) {
      const calls = arrayOrEmpty(delta['tool_calls']).filter(isJsonObject)
      const legacy = delta['function_call']
      const all: JsonObject[] = isJsonObject(legacy)
        ? [...calls, { index: 0, function: legacy }]
        : calls
      return all.flatMap(readCall)
    },
    count: () => opened,
  }
}

function checkWaiting({ waiting }: OpenCall): void {
  if (waiting.length <= waitingLengthMax) return
  throw new ModelError(
    'upstream',
    `The provider sent more than ${waitingLengthMax} characters of arguments for a tool call without a name.`,
  )
}

function argumentsText(value: unknown): string {
  if (typeof value === 'string') return value
  return value === undefined || value === null ? '' : JSON.stringify(value)
}
