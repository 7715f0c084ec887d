import { isJsonObject } from '@fairlead/base'
import {
  completing,
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
