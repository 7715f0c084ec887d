import {
  arrayOrEmpty,
  isJsonObject,
  type JsonObject,
  numberOrUndefined,
  objectOrEmpty,
} from '@fairlead/base'
import { operationOf, type RequestEdits } from '@fairlead/llm'
import type { CachePolicySettings } from '@fairlead/snapshot'
import { usesCallersKey } from '../../attempts/caller-credential.ts'
import { decodeCall } from '../../assembly/assembled-call.ts'
import type { Call } from '../../call/call.ts'

/** Why a call is neither answered from the cache nor its answer kept, in one word; undefined if it may be. */
export function whyNotCached(
  call: Call,
  edits: RequestEdits | undefined,
  { cacheable }: Pick<CachePolicySettings, 'cacheable'>,
): string | undefined {
  const { dialect, request, route } = call
  if (operationOf(dialect) !== 'chat') return 'operation'
  if (request.context.conversation !== undefined) return 'conversation'
  // What is known of a person is to go when the person wants it to.
  if (request.context.subject !== undefined) return 'subject'
  if (edits === undefined) return 'history'
  if (route.targets.some(usesCallersKey)) return 'caller-key'
  const fields = request.fields()
  if (choicesOf(fields) > 1) return 'choices'
  const asked = decodeCall(dialect, request)
  const tools = [
    asked.tools,
    edits.tools ?? [],
    edits.toolsBefore ?? [],
    request.searches,
    providersTools(fields),
  ]
  if (cacheable.tools === 'Never' && tools.some(({ length }) => length > 0)) return 'tools'
  const temperature = asked.settings.temperature ?? edits.temperature ?? 0
  return temperature > cacheable.maxTemperature ? 'temperature' : undefined
}

/** Fields by which a provider is told to use tools that do not stand in `tools`. */
function providersTools(fields: JsonObject): readonly string[] {
  return ['mcp_servers', 'web_search_options', 'prompt'].filter(
    (name) => isJsonObject(fields[name]) || arrayOrEmpty(fields[name]).length > 0,
  )
}

/** How many answers are asked for at once. Gemini takes its fields in two spellings. */
function choicesOf(fields: JsonObject): number {
  const config = objectOrEmpty(fields['generationConfig'] ?? fields['generation_config'])
  const candidates = config['candidateCount'] ?? config['candidate_count']
  return numberOrUndefined(fields['n'] ?? candidates) ?? 1
}
