import type { JsonObject } from '@fairlead/base'
import type { ModelSettings } from '../../operations/chat/model-request.ts'
import {
  readArray,
  readBoolean,
  readNumber,
  readObject,
  readOptional,
  readPositiveInteger,
  readString,
} from '../../json/request-field.ts'

/** Asks for the probabilities of tokens. */
const logprobsInclude = 'message.output_text.logprobs'

/** Asks for reasoning that can be sent back, where the provider stores nothing. */
export const sealedReasoningInclude = 'reasoning.encrypted_content'

/** The fields of `reasoning` that have a canonical name. */
const reasoningFields: ReadonlySet<string> = new Set(['effort', 'summary', 'generate_summary'])

/** Reads what has a canonical name; `extras` are the parts of read fields that have none. */
export function decodeSettings(body: JsonObject): {
  readonly settings: ModelSettings
  readonly extras: JsonObject
} {
  const number = (name: string) => readOptional(body[name], name, readNumber)
  const text = (name: string) => readOptional(body[name], name, readString)
  const reasoning = readOptional(body['reasoning'], 'reasoning', readObject) ?? {}
  const told = readOptional(body['text'], 'text', readObject) ?? {}
  const include = readInclude(body)
  const summary = reasoning['summary'] ?? reasoning['generate_summary']
  const settings = {
    temperature: number('temperature'),
    topP: number('top_p'),
    maxOutputTokens: readOptional(
      body['max_output_tokens'],
      'max_output_tokens',
      readPositiveInteger,
    ),
    presencePenalty: number('presence_penalty'),
    frequencyPenalty: number('frequency_penalty'),
    reasoningEffort: readOptional(reasoning['effort'], 'reasoning.effort', readString),
    reasoningSummary: readOptional(summary, 'reasoning.summary', readString),
    verbosity: readOptional(told['verbosity'], 'text.verbosity', readString),
    user: text('user'),
    logprobs: include.includes(logprobsInclude) ? true : undefined,
    topLogprobs: number('top_logprobs'),
    serviceTier: text('service_tier'),
    metadata: readOptional(body['metadata'], 'metadata', readObject),
    store: readOptional(body['store'], 'store', readBoolean),
    promptCacheKey: text('prompt_cache_key'),
    safetyIdentifier: text('safety_identifier'),
  }
  const otherInclude = include.filter((name) => name !== logprobsInclude)
  return {
    settings: given(settings),
    extras: {
      ...(otherInclude.length === 0 ? {} : { include: otherInclude }),
      ...nested('reasoning', reasoning, (name) => !reasoningFields.has(name)),
      ...nested('text', told, (name) => name !== 'format' && name !== 'verbosity'),
    },
  }
}

/** Some compatible servers send entries of `include` that only they know. */
function readInclude(body: JsonObject): readonly string[] {
  const include = readOptional(body['include'], 'include', readArray) ?? []
  return include.map((name, index) => readString(name, `include[${index}]`))
}

function nested(name: string, value: JsonObject, isExtra: (name: string) => boolean): JsonObject {
  const entries = Object.entries(value).filter(([key, field]) => field !== null && isExtra(key))
  return entries.length === 0 ? {} : { [name]: Object.fromEntries(entries) }
}

function given<T extends object>(settings: T): Partial<T> {
  const entries = Object.entries(settings).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as Partial<T>
}

/** Writes settings; those without a counterpart are left out. */
export function encodeSettings(
  settings: ModelSettings,
  extras: JsonObject,
  more: { readonly isOwn: boolean; readonly format: JsonObject | undefined },
): JsonObject {
  const { isOwn, format } = more
  const include = [
    ...(extras['include'] === undefined ? [] : (extras['include'] as readonly string[])),
    ...(settings.logprobs === true ? [logprobsInclude] : []),
  ]
  const { reasoningEffort, reasoningSummary, verbosity } = settings
  return {
    temperature: settings.temperature,
    top_p: settings.topP,
    max_output_tokens: settings.maxOutputTokens,
    // Not part of OpenAI's API; compatible servers have them, and only their callers send them here.
    presence_penalty: isOwn ? settings.presencePenalty : undefined,
    frequency_penalty: isOwn ? settings.frequencyPenalty : undefined,
    reasoning: joined(extras['reasoning'], {
      effort: reasoningEffort,
      summary: reasoningSummary === 'none' ? undefined : reasoningSummary,
    }),
    text: joined(extras['text'], { format, verbosity }),
    include: include.length === 0 ? undefined : include,
    user: settings.user,
    top_logprobs: settings.topLogprobs,
    service_tier: settings.serviceTier,
    metadata: settings.metadata,
    store: settings.store,
    prompt_cache_key: settings.promptCacheKey,
    safety_identifier: settings.safetyIdentifier,
  }
}

function joined(extras: unknown, fields: JsonObject): JsonObject | undefined {
  const all = { ...(extras as JsonObject | undefined), ...given(fields) }
  return Object.keys(all).length === 0 ? undefined : all
}
