import { isJsonObject, type JsonObject } from '@fairlead/base'
import type { GuardPhase } from '@fairlead/snapshot'
import { guardedValue } from './guarded-value.ts'

/** What looks at the texts of a request. */
interface RequestChecks {
  /** A text as it may go on; throws the refusal where it may not. */
  checked(phase: GuardPhase, text: string): string
  /** The same of JSON. */
  checkedJson(phase: GuardPhase, text: string): string
  /** What a tool has given back. */
  checkedOutput(text: string): string
  /** There is something in the place of text that cannot be looked at. */
  unreadable(phase: GuardPhase): void
}

/** Fields whose values are words of the API and names, where they look like that. */
const words: ReadonlySet<string> = new Set([
  'type',
  'role',
  'model',
  'id',
  'object',
  'status',
  'call_id',
  'tool_call_id',
  'tool_use_id',
  'previous_response_id',
  'conversation',
  'format',
  'encoding_format',
  'detail',
  'mode',
  'media_type',
  'mime_type',
  'mimeType',
  'mime',
  'effort',
  'ttl',
  'service_tier',
  '$ref',
])
const word = /^[\w.:/#$+-]{0,256}$/

/** Fields that hold bytes and seals, where they look like that. */
const bytes: ReadonlySet<string> = new Set([
  'data',
  'bytes',
  'file_data',
  'images',
  'image_url',
  'url',
  'signature',
  'thoughtSignature',
  'thought_signature',
  'encrypted_content',
  'encrypted_index',
])
const base64 = /^(?:data:[\w.+/;=-]{0,128},[A-Za-z0-9+/_=-]*|[A-Za-z0-9+/_=-]{64,})$/

/** A field of a message, or a type of item or part, within which another phase is. */
const phaseOfField: ReadonlyMap<string, GuardPhase> = new Map([
  ['tools', 'ToolDefinitions'],
  ['functions', 'ToolDefinitions'],
  ['tool_calls', 'ToolArguments'],
  ['function_call', 'ToolArguments'],
  ['functionCall', 'ToolArguments'],
  ['functionResponse', 'ToolOutput'],
])
const callTypes =
  /^(?:(?:server_|mcp_)?tool_use|(?:custom_tool|function|mcp|local_shell|shell|apply_patch|computer|web_search|file_search|code_interpreter)_call|tool_call)$/
const outputTypes = /(?:_output|tool_result)$/

/** Within these fields there is nothing but what a tool gets and gives. */
const free: ReadonlySet<string> = new Set(['arguments', 'args', 'input', 'response', 'output'])

/** Fields in which a tool's output stands as text. */
const outputs: ReadonlySet<string> = new Set(['content', 'output', 'text', 'result'])

/** Fields that may hold tokens instead of text. */
const tokens: ReadonlySet<string> = new Set(['prompt', 'input', 'context'])

/**
 * A request in any dialect with every text in it checked, whatever its place: only words of APIs and
 * bytes are left alone. The very same object where nothing changes. Of the gateway's own `context`,
 * `ownContext` says whether it is that, only the variables are texts.
 */
export function checkedRequest(
  fields: JsonObject,
  checks: RequestChecks,
  ownContext: boolean,
): JsonObject {
  const reader = new RequestReader(checks)
  return changedFields(fields, (name, value) => {
    if (name === 'context' && ownContext && isJsonObject(value)) {
      const { variables } = value
      if (variables === undefined) return value
      const checked = guardedValue(variables, (text) => checks.checked('Input', text))
      return checked === variables ? value : { ...value, variables: checked }
    }
    if (tokens.has(name) && holdsTokens(value)) {
      checks.unreadable('Input')
      return value
    }
    return reader.field(name, value, 'Input')
  })
}

class RequestReader {
  readonly #checks: RequestChecks

  constructor(checks: RequestChecks) {
    this.#checks = checks
  }

  field(name: string, value: unknown, around: GuardPhase): unknown {
    const phase = phaseOfField.get(name) ?? around
    if (phase === 'ToolArguments' || phase === 'ToolOutput') {
      const known = this.#toolField(name, value, phase)
      if (known !== undefined) return known
    }
    return this.#value(name, value, phase)
  }

  /** What a tool gets or gives; undefined for any other field. */
  #toolField(name: string, value: unknown, phase: GuardPhase): unknown {
    const isFree = free.has(name)
    if (typeof value === 'string') {
      if (name === 'arguments') return this.#checks.checkedJson(phase, value)
      return phase === 'ToolOutput' && outputs.has(name)
        ? this.#checks.checkedOutput(value)
        : undefined
    }
    if (!isFree || !isJsonObject(value)) return undefined
    return guardedValue(value, (text) => this.#checks.checked(phase, text))
  }

  #value(name: string, value: unknown, phase: GuardPhase): unknown {
    if (typeof value === 'string') {
      if (words.has(name) && word.test(value)) return value
      if (bytes.has(name) && base64.test(value)) return value
      return this.#checks.checked(phase, value)
    }
    if (Array.isArray(value)) {
      const changed = value.map((one) => this.#value(name, one, phase))
      return changed.every((one, index) => one === value[index]) ? value : changed
    }
    if (!isJsonObject(value)) return value
    const inside = phaseOf(value, phase)
    return changedFields(
      value,
      (field, inner) => this.field(field, inner, inside),
      (field) => this.#checks.checked(inside, field),
    )
  }
}

/** A message or part may be of another phase than what is around it. */
function phaseOf({ role, type }: JsonObject, around: GuardPhase): GuardPhase {
  if (around !== 'Input') return around
  // A message is what its role says, whatever type its caller gives it.
  if (typeof role === 'string') {
    return role === 'tool' || role === 'function' ? 'ToolOutput' : around
  }
  if (typeof type !== 'string') return around
  if (callTypes.test(type)) return 'ToolArguments'
  return outputTypes.test(type) ? 'ToolOutput' : around
}

/** Numbers where text is expected: tokens of a vocabulary that the gateway does not know. */
function holdsTokens(value: unknown): boolean {
  if (!Array.isArray(value)) return false
  return value.some((one) => typeof one === 'number' || holdsTokens(one))
}

function changedFields(
  fields: JsonObject,
  change: (name: string, value: unknown) => unknown,
  rename: (name: string) => string = (name) => name,
): JsonObject {
  let isSame = true
  const changed = Object.entries(fields).map(([name, value]) => {
    const entry = [rename(name), change(name, value)] as const
    isSame &&= entry[0] === name && entry[1] === value
    return entry
  })
  return isSame ? fields : Object.fromEntries(changed)
}
