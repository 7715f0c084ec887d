import type { Item } from './item.ts'
import type { ModelRequest } from './model-request.ts'
import type { ModelResponse } from './model-response.ts'
import type { StreamEvent } from './stream-event.ts'

/** What the names of tools may be in a dialect. */
export interface ToolNameRule {
  readonly lengthMax: number
  /** Every character that may not stand in a name; global. */
  readonly forbidden: RegExp
  /** What a name must begin with; absent where it may begin with any character. */
  readonly beginning?: RegExp
}

/** The caller's name of each tool that was sent under another one. */
export type RenamedTools = ReadonlyMap<string, string>

const none: RenamedTools = new Map()

/**
 * The request with names that the rule allows, and how they are told back. A name gets another one
 * that depends on nothing but itself, so that a history says the same in every call.
 */
export function fitToolNames(
  request: ModelRequest,
  rule: ToolNameRule | undefined,
): { readonly request: ModelRequest; readonly renamed: RenamedTools } {
  if (rule === undefined) return { request, renamed: none }
  const names = namesIn(request)
  const sent = new Map<string, string>()
  const renamed = new Map<string, string>()
  for (const name of names) {
    if (isAllowed(name, rule)) continue
    let copy = 1
    let other = allowedName(name, copy, rule)
    while (names.has(other) || renamed.has(other)) other = allowedName(name, ++copy, rule)
    sent.set(name, other)
    renamed.set(other, name)
  }
  return sent.size === 0 ? { request, renamed: none } : { request: rename(request, sent), renamed }
}

/** An event of the answer under the caller's names. */
export function withCallerNames(event: StreamEvent, renamed: RenamedTools): StreamEvent {
  if (event.type !== 'tool-call-start') return event
  const name = renamed.get(event.name)
  return name === undefined ? event : { ...event, name }
}

/** A whole answer under the caller's names. */
export function responseWithCallerNames(
  response: ModelResponse,
  renamed: RenamedTools,
): ModelResponse {
  return { ...response, output: response.output.map((item) => renameItem(item, renamed)) }
}

/** Names of tools that a provider runs itself are its own. */
function namesIn({ items, toolChoice, tools }: ModelRequest): ReadonlySet<string> {
  return new Set([
    ...tools.filter(({ native }) => native === undefined).map(({ name }) => name),
    ...items.flatMap((item) => (item.type === 'function_call' ? [item.name] : [])),
    ...(typeof toolChoice === 'object' ? [toolChoice.name] : []),
  ])
}

function rename(request: ModelRequest, names: ReadonlyMap<string, string>): ModelRequest {
  const { allowedTools, items, toolChoice, tools } = request
  const nameOf = (name: string) => names.get(name) ?? name
  return {
    ...request,
    items: items.map((item) => renameItem(item, names)),
    tools: tools.map((tool) =>
      tool.native === undefined && names.has(tool.name)
        ? { ...tool, name: nameOf(tool.name) }
        : tool,
    ),
    ...(typeof toolChoice === 'object' ? { toolChoice: { name: nameOf(toolChoice.name) } } : {}),
    ...(allowedTools === undefined ? {} : { allowedTools: allowedTools.map(nameOf) }),
  }
}

function renameItem(item: Item, names: ReadonlyMap<string, string>): Item {
  if (item.type !== 'function_call') return item
  const name = names.get(item.name)
  return name === undefined ? item : { ...item, name }
}

function isAllowed(name: string, { beginning, forbidden, lengthMax }: ToolNameRule): boolean {
  if (name === '' || name.length > lengthMax || name.search(forbidden) !== -1) return false
  return beginning === undefined || beginning.test(name)
}

/** The beginning of the name, as far as it is allowed, and a mark of the whole. */
function allowedName(name: string, copy: number, rule: ToolNameRule): string {
  const plain = name.replaceAll(rule.forbidden, '_')
  const begun = rule.beginning === undefined || rule.beginning.test(plain) ? plain : `t_${plain}`
  const mark = `_${markOf(name)}${copy === 1 ? '' : copy}`
  return begun.slice(0, rule.lengthMax - mark.length) + mark
}

/** FNV-1a of the name's code units: short, and the same in every process. */
function markOf(name: string): string {
  let hash = 0x811c9dc5
  for (let place = 0; place < name.length; place += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(place), 0x01000193)
  }
  return (hash >>> 0).toString(36)
}
