import { isJsonObject, numberOrUndefined } from '@fairlead/base'
import type { CallRequest } from '../../call/call-request.ts'

type Body = Pick<CallRequest, 'body' | 'fields' | 'outline'>

/** Nobody answers as often: more is no wish, and would be counted beyond all numbers. */
const answersMax = 1_000_000

/** How many answers a body asks for; each is as long as is allowed. */
export function answersOf(request: Body): number {
  if (!hasAnyOf(answerFields, request)) return 1
  const { best_of: best, n, prompt, ...others } = request.fields()
  const config = others['generationConfig'] ?? others['generation_config']
  const { candidateCount, candidate_count: candidates } = isJsonObject(config) ? config : {}
  const each = Math.max(...[best, n, candidateCount, candidates].map(countOf), 1)
  return Math.min(Math.ceil(each) * promptsIn(prompt), answersMax)
}

/** Some servers read digits in a text as a number. */
function countOf(value: unknown): number {
  return (typeof value === 'string' ? Number(value) : numberOrUndefined(value)) || 1
}

/** A list of prompts; a list of numbers is the tokens of one. */
function promptsIn(prompt: unknown): number {
  if (!Array.isArray(prompt) || numberOrUndefined(prompt[0]) !== undefined) return 1
  return Math.max(1, prompt.length)
}

/**
 * Whether the provider reads more than stands in a body: what it keeps itself, or what tools bring
 * that it runs.
 */
export function bringsMore(request: Body): boolean {
  if (hasAnyOf(keptFields, request)) return true
  if (!hasAnyOf(toolFields, request)) return false
  const { prompt, toolConfig, tools } = request.fields()
  if (isJsonObject(prompt)) return true
  if (Array.isArray(tools) && tools.some(isRunByProvider)) return true
  const others = isJsonObject(toolConfig) ? toolConfig['tools'] : undefined
  return Array.isArray(others) && others.some((tool) => isJsonObject(tool) && 'systemTool' in tool)
}

/** Most are told by their type, those of Gemini by their only field. */
function isRunByProvider(tool: unknown): boolean {
  if (!isJsonObject(tool)) return false
  const { type } = tool
  if (typeof type === 'string') return !callersTools.test(type)
  return Object.keys(tool).some((name) => geminiTools.has(name))
}

/** Those whose results the caller sends. */
const callersTools =
  /^(?:function|custom|namespace|bash|text_editor|computer|memory|local_shell|shell|apply_patch)/

const geminiTools = bothSpellings([
  'codeExecution',
  'enterpriseWebSearch',
  'fileSearch',
  'googleMaps',
  'googleSearch',
  'googleSearchRetrieval',
  'retrieval',
  'urlContext',
])

const answerFields = new Set([
  'n',
  'best_of',
  'prompt',
  ...bothSpellings(['candidateCount', 'generationConfig']),
])
const toolFields: ReadonlySet<string> = new Set(['prompt', 'toolConfig', 'tools'])
const keptFields: ReadonlySet<string> = new Set([
  'connectors',
  'container',
  'data_sources',
  'mcp_servers',
  'plugins',
  'search_parameters',
  'web_search_options',
  ...bothSpellings(['cachedContent']),
])

/** The outline of a body knows its names as they are meant, however they are escaped. */
function hasAnyOf(names: ReadonlySet<string>, request: Body): boolean {
  const { outline } = request
  return outline === undefined
    ? Object.keys(request.fields()).some((name) => names.has(name))
    : outline.members.some(({ name }) => names.has(name))
}

/** Of Gemini's names. */
function bothSpellings(names: readonly string[]): ReadonlySet<string> {
  const others = names.map((name) =>
    name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  )
  return new Set([...names, ...others])
}
