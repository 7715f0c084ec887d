import { isJsonObject } from '@fairlead/base'
import type { ContentScan } from './content-scan.ts'
import type { ModelRequest, ModelSettings } from './model-request.ts'
import type { RequestFeature } from './request-feature.ts'

/**
 * What is lost where a feature is left out. `Hint`: the answer may be worse or cost more, and is of
 * the kind that was asked for. `Meaning`: it is another answer.
 */
export type FeatureWeight = 'Hint' | 'Meaning'

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
export const other =
  (usual: unknown): Judge =>
  (value) =>
    value !== usual
export const filled: Judge = (value) => isJsonObject(value) && Object.keys(value).length > 0

/** A feature that is one setting, or several; it is asked for where one of them says so. */
export function settings(
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
export function unspelled(rule: FeatureRule, words: string): FeatureRule {
  const { asked, param, weight, without } = rule
  return { weight, words, param, fields: [], asked, ...(without && { without }) }
}

/** A feature of the messages' content. */
export function content(feature: RequestFeature, words: string): FeatureRule {
  return {
    weight: 'Meaning',
    words,
    param: 'messages',
    fields: [],
    asked: (_request, { features }) => features.has(feature),
  }
}

/** One that only callers of legacy completions have, whose field no other dialect reads. */
export function completing(field: string, asks: Judge): FeatureRule {
  return {
    weight: 'Meaning',
    param: field,
    fields: [field],
    asked: ({ extras }) => asks(extras[field]),
  }
}

export function responseFormat(type: 'json_object' | 'json_schema'): FeatureRule {
  return {
    weight: 'Meaning',
    words: type === 'json_schema' ? 'answers by a JSON schema' : 'JSON answers',
    param: 'response_format',
    fields: ['response_format'],
    asked: (request) => request.responseFormat?.type === type,
  }
}

/** The record without some of its fields. */
export function omit<T extends object>(record: T, names: ReadonlySet<string>): T {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.has(name))) as T
}
