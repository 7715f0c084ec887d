import { isJsonObject } from '@fairlead/base'
import {
  content,
  type FeatureRule,
  type FeatureWeight,
  filled,
  omit,
  other,
  responseFormat,
  settings,
  unspelled,
} from './feature-rule.ts'
import type { Item } from './item.ts'
import type { RequestFeature } from './request-feature.ts'

/**
 * What is lost where a feature is left out. `Hint`: the answer may be worse or cost more, and is of
 * the kind that was asked for. `Meaning`: it is another answer.
 */
type FeatureWeight = 'Hint' | 'Meaning'

/** How a feature is seen in a request, and taken out of it. */
export interface FeatureRule {
  /** Decides what a server's refusal of its fields means: left out, or the server cannot be asked. */
  readonly weight: FeatureWeight
  /** For errors, such as `audio input`; undefined where its field says it all. */
  readonly words?: string
  /** Where it stands in OpenAI's chat completions, for errors. */
  readonly param: string
  /**
   * The top-level fields that carry it there and nothing else. One that another dialect keeps in its
   * extras under such a name asks for the feature as well.
   */
  readonly fields: readonly string[]
  /** Whether the request asks for more than what it gets without. */
  readonly asked: (request: ModelRequest, content: ContentScan) => boolean
  /** The fields as a server would read them that takes them after all; undefined if none can. */
  readonly forwarded?: (request: ModelRequest) => Record<string, unknown>
  /** The request without it; absent where encoders leave it out by themselves. */
  readonly without?: (request: ModelRequest) => ModelRequest
}

type Judge = (value: unknown) => boolean
type SettingName = keyof ModelSettings

const given: Judge = () => true
const other =
  (usual: unknown): Judge =>
  (value) =>
    value !== usual
const filled: Judge = (value) => isJsonObject(value) && Object.keys(value).length > 0

/** A feature that is one setting, or several; it is asked for where one of them says so. */
function settings(
  weight: FeatureWeight,
  names: readonly (readonly [name: SettingName, field: string, asks?: Judge])[],
): FeatureRule {
  const [[, param] = ['user', '']] = names
  return {
    weight,
    param,
    fields: names.map(([, field]) => field),
    asked: ({ settings: set, extras }) =>
      names.some(([name, field, asks = given]) => {
        const value = set[name] ?? extras[field] ?? undefined
        return value !== undefined && asks(value)
      }),
    forwarded: ({ settings: set, extras }) =>
      Object.fromEntries(
        names.flatMap(([name, field]) => {
          const value = extras[field] ?? set[name]
          return value === undefined ? [] : [[field, value]]
        }),
      ),
    without: (request) => ({
      ...request,
      settings: omit(request.settings, new Set(names.map(([name]) => name))),
      extras: omit(request.extras, new Set(names.map(([, field]) => field))),
    }),
  }
}

/** One that no field of chat completions carries, so that none can be forwarded. */
function unspelled(rule: FeatureRule, words: string): FeatureRule {
  const { asked, param, weight, without } = rule
  return { weight, words, param, fields: [], asked, ...(without && { without }) }
}

/** A feature of the messages' content. */
function content(feature: RequestFeature, words: string): FeatureRule {
  return {
    weight: 'Meaning',
    words,
    param: 'messages',
    fields: [],
    asked: (_request, { features }) => features.has(feature),
  }
}

/** One that only callers of legacy completions have, whose field no other dialect reads. */
function completing(field: string, asks: Judge): FeatureRule {
  return {
    weight: 'Meaning',
    param: field,
    fields: [field],
    asked: ({ extras }) => asks(extras[field]),
  }
}

function responseFormat(type: 'json_object' | 'json_schema'): FeatureRule {
  return {
    weight: 'Meaning',
    words: type === 'json_schema' ? 'answers by a JSON schema' : 'JSON answers',
    param: 'response_format',
    fields: ['response_format'],
    asked: (request) => request.responseFormat?.type === type,
  }
}

/** Every feature, with the reason for its weight where one could doubt it. */
export const featureRules: Readonly<Record<RequestFeature, FeatureRule>> = {
  Tools: {
    weight: 'Meaning',
    words: 'tools',
    param: 'tools',
    fields: ['tools'],
    asked: ({ tools }) => tools.some((tool) => tool.native === undefined),
  },
  // Arguments have to be checked in any case: an answer may be cut off.
  StrictTools: {
    weight: 'Hint',
    words: 'strict tools',
    param: 'tools',
    fields: [],
    asked: ({ tools }) => tools.some((tool) => tool.strict === true),
    without: (request) => ({
      ...request,
      tools: request.tools.map((tool) => omit(tool, new Set(['strict']))),
    }),
  },
  ForcedToolChoice: {
    weight: 'Meaning',
    words: 'forced tool calls',
    param: 'tool_choice',
    fields: ['tool_choice'],
    asked: ({ toolChoice }) => toolChoice === 'required' || typeof toolChoice === 'object',
    without: (request) => omit(request, new Set(['toolChoice'])),
  },
  AllowedTools: {
    weight: 'Meaning',
    words: 'a choice of allowed tools',
    param: 'tool_choice',
    fields: [],
    asked: ({ allowedTools }) => allowedTools !== undefined,
  },
  // Calls come in a list everywhere, so that an application has to read several.
  ParallelToolCalls: {
    weight: 'Hint',
    param: 'parallel_tool_calls',
    fields: ['parallel_tool_calls'],
    asked: ({ parallelToolCalls }) => parallelToolCalls === false,
    forwarded: ({ parallelToolCalls }) => ({ parallel_tool_calls: parallelToolCalls }),
    without: (request) => omit(request, new Set(['parallelToolCalls'])),
  },
  CustomTools: {
    weight: 'Meaning',
    words: 'tools that take free text',
    param: 'tools',
    fields: [],
    asked: ({ tools }) => tools.some((tool) => tool.custom !== undefined),
  },
  ProviderTools: {
    weight: 'Meaning',
    words: "tools that are built into another provider's API",
    param: 'tools',
    fields: [],
    asked: ({ tools }) => tools.some((tool) => tool.native !== undefined),
  },
  WebSearch: {
    weight: 'Meaning',
    words: 'web search',
    param: 'web_search_options',
    fields: ['web_search_options'],
    asked: ({ extras }) => isJsonObject(extras['web_search_options']),
    forwarded: ({ extras }) => ({ web_search_options: extras['web_search_options'] }),
    without: (request) => ({
      ...request,
      extras: omit(request.extras, new Set(['web_search_options'])),
    }),
  },
  JsonObject: responseFormat('json_object'),
  JsonSchema: responseFormat('json_schema'),
  ImageInput: content('ImageInput', 'images'),
  ImageUrl: content('ImageUrl', 'images by URL'),
  AudioInput: content('AudioInput', 'audio input'),
  FileInput: content('FileInput', 'files'),
  FileUrl: content('FileUrl', 'files by URL'),
  FileId: content('FileId', 'files by id'),
  Prefill: content('Prefill', 'a beginning of its answer'),
  MessageName: {
    ...content('MessageName', 'names of speakers'),
    weight: 'Hint',
    without: (request) => ({
      ...request,
      items: request.items.map((item) => {
        return item.type === 'message' ? omit(item, new Set(['name'])) : item
      }),
    }),
  },
  Reasoning: settings('Hint', [['reasoningEffort', 'reasoning_effort', other('none')]]),
  ReasoningBudget: unspelled(
    settings('Hint', [['reasoningBudget', 'reasoning_budget']]),
    'a budget for thinking',
  ),
  ReasoningSummary: unspelled(
    settings('Hint', [['reasoningSummary', 'reasoning_summary', other('none')]]),
    'summaries of thinking',
  ),
  ReasoningReplay: {
    ...content('ReasoningReplay', 'earlier thinking'),
    weight: 'Hint',
    without: (request) => ({
      ...request,
      items: request.items.filter((item) => item.type !== 'reasoning'),
    }),
  },
  CacheControl: {
    weight: 'Hint',
    words: 'marks of what to cache',
    param: 'cache_control',
    fields: [],
    asked: ({ cacheControl, tools }, { features }) =>
      cacheControl !== undefined ||
      features.has('CacheControl') ||
      tools.some((tool) => tool.cacheControl !== undefined),
    without: (request) => ({
      ...omit(request, new Set(['cacheControl'])),
      items: request.items.map(withoutCacheControl),
      tools: request.tools.map((tool) => omit(tool, new Set(['cacheControl']))),
    }),
  },
  Temperature: settings('Hint', [['temperature', 'temperature']]),
  TopP: settings('Hint', [['topP', 'top_p']]),
  TopK: settings('Hint', [['topK', 'top_k']]),
  MinP: settings('Hint', [['minP', 'min_p']]),
  // What is behind a stop sequence was not to be there.
  Stop: settings('Meaning', [
    ['stop', 'stop', (value) => !Array.isArray(value) || value.length > 0],
  ]),
  // Providers promise nothing for it.
  Seed: settings('Hint', [['seed', 'seed']]),
  PresencePenalty: settings('Hint', [['presencePenalty', 'presence_penalty', other(0)]]),
  FrequencyPenalty: settings('Hint', [['frequencyPenalty', 'frequency_penalty', other(0)]]),
  RepetitionPenalty: settings('Hint', [['repetitionPenalty', 'repetition_penalty', other(1)]]),
  // It forbids tokens and forces them, as in classifications by one token.
  LogitBias: settings('Meaning', [['logitBias', 'logit_bias', filled]]),
  Logprobs: settings('Meaning', [
    ['logprobs', 'logprobs', other(false)],
    ['topLogprobs', 'top_logprobs', other(0)],
  ]),
  MultipleAnswers: settings('Meaning', [['answers', 'n', other(1)]]),
  OutputModalities: settings('Meaning', [
    ['modalities', 'modalities', (value) => Array.isArray(value) && value.some(other('text'))],
  ]),
  Verbosity: settings('Hint', [['verbosity', 'verbosity']]),
  ServiceTier: settings('Hint', [['serviceTier', 'service_tier', other('auto')]]),
  Metadata: settings('Hint', [['metadata', 'metadata', filled]]),
  User: settings('Hint', [
    ['user', 'user'],
    ['safetyIdentifier', 'safety_identifier'],
  ]),
  Store: settings('Hint', [['store', 'store', other(false)]]),
  PromptCacheKey: settings('Hint', [['promptCacheKey', 'prompt_cache_key']]),
  Suffix: completing('suffix', (value) => typeof value === 'string' && value !== ''),
  PromptEcho: completing('echo', (value) => value === true),
}

/** The features that a top-level field of chat completions carries. */
export const featuresOfField: ReadonlyMap<string, readonly RequestFeature[]> = fieldIndex()

/** What is lost where a feature is left out. */
export function featureWeight(feature: RequestFeature): FeatureWeight {
  return featureRules[feature].weight
}

/** Whether a top-level field of chat completions carries features and nothing else. */
export function isKnownParameter(field: string): boolean {
  return featuresOfField.has(field)
}

function fieldIndex(): ReadonlyMap<string, readonly RequestFeature[]> {
  const index = new Map<string, RequestFeature[]>()
  for (const [feature, { fields }] of Object.entries(featureRules)) {
    for (const field of fields) {
      index.set(field, [...(index.get(field) ?? []), feature as RequestFeature])
    }
  }
  return index
}

const cacheMark: ReadonlySet<string> = new Set(['cache_control'])

function withoutCacheControl(item: Item): Item {
  if (item.type === 'message') {
    return { ...item, content: item.content.map((part) => omit(part, cacheMark)) }
  }
  if (item.type === 'function_call_output' && typeof item.output !== 'string') {
    const output = item.output.map((part) => omit(part, cacheMark))
    return { ...omit(item, cacheMark), output }
  }
  return omit(item, cacheMark)
}
