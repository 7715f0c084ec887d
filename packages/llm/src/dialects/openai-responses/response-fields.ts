import { arrayOrEmpty, isJsonObject, type JsonObject, objectOrEmpty } from '@fairlead/base'
import type { DialectExtras } from '../../operations/chat/item.ts'
import { dialectName } from './dialect-name.ts'
import { responseIdOf } from './item-ids.ts'

/** The fields of a request that its response repeats. */
const repeated = [
  'instructions',
  'max_output_tokens',
  'max_tool_calls',
  'parallel_tool_calls',
  'previous_response_id',
  'prompt_cache_key',
  'prompt_cache_retention',
  'reasoning',
  'safety_identifier',
  'temperature',
  'text',
  'tool_choice',
  'tools',
  'top_logprobs',
  'top_p',
  'truncation',
  'user',
  'metadata',
  'presence_penalty',
  'frequency_penalty',
]

export function repeatedFields(body: JsonObject): JsonObject {
  return Object.fromEntries(
    repeated.flatMap((name) => {
      const value = body[name]
      return value === undefined || value === null ? [] : [[name, value]]
    }),
  )
}

/** What OpenAI's servers answer for a request that sets nothing. */
const unset: JsonObject = {
  background: false,
  error: null,
  incomplete_details: null,
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  parallel_tool_calls: true,
  previous_response_id: null,
  prompt_cache_key: null,
  safety_identifier: null,
  service_tier: 'default',
  store: false,
  temperature: 1,
  tool_choice: 'auto',
  tools: [],
  top_logprobs: 0,
  top_p: 1,
  truncation: 'disabled',
  presence_penalty: 0,
  frequency_penalty: 0,
  metadata: {},
}

/** The fields that every event about a response, and the response itself, have alike. */
export interface ResponseHead {
  readonly id: string
  readonly model: string
  /** Unix seconds. */
  readonly createdAt: number
  /** What it repeats of its request. */
  readonly repeated: JsonObject | undefined
}

/** The beginning of a response object, which status, output and usage complete. */
export function responseHead({ createdAt, id, model, repeated: sent = {} }: ResponseHead) {
  return {
    ...unset,
    ...sent,
    id: responseIdOf(id),
    object: 'response',
    created_at: createdAt,
    completed_at: null,
    model,
    reasoning: { effort: null, summary: null, ...objectOrEmpty(sent['reasoning']) },
    text: { format: { type: 'text' }, ...objectOrEmpty(sent['text']) },
    tools: arrayOrEmpty(sent['tools']).map(completeTool),
  }
}

/** A function is told with all its fields. */
function completeTool(tool: unknown): unknown {
  if (!isJsonObject(tool) || tool['type'] !== 'function') return tool
  return { description: null, parameters: null, strict: null, ...tool }
}

const canonical: ReadonlySet<string> = new Set([
  'id',
  'object',
  'created_at',
  'status',
  'error',
  'incomplete_details',
  'model',
  'output',
  'output_text',
  'usage',
  'service_tier',
])

/** What a provider's response says beyond the canonical form. */
export function responseExtras(response: JsonObject): { extras?: DialectExtras } {
  const fields = Object.fromEntries(
    Object.entries(response).filter(([name, value]) => value !== null && !canonical.has(name)),
  )
  return Object.keys(fields).length === 0 ? {} : { extras: { dialect: dialectName, fields } }
}

/**
 * A provider repeats the request that it was sent, to which a persona may have added, and where what
 * is kept here was changed: of these fields the caller is told what it sent itself.
 */
const toldAsSent: ReadonlySet<string> = new Set([
  'background',
  'conversation',
  'instructions',
  'previous_response_id',
  'prompt',
  'prompt_cache_key',
  'store',
  'text',
  'tools',
])

/**
 * What a provider of this dialect said itself comes before what is filled in. `sent` is what the
 * request said, if that is known.
 */
export function ownExtras(
  extras: DialectExtras | undefined,
  sent: JsonObject | undefined,
): JsonObject {
  if (extras?.dialect !== dialectName) return {}
  if (sent === undefined) return extras.fields
  return Object.fromEntries(Object.entries(extras.fields).filter(([name]) => !toldAsSent.has(name)))
}
