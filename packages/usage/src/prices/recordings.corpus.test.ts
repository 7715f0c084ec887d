import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isJsonObject, type JsonObject, objectOrEmpty, parseJsonOrUndefined } from '@fairlead/base'
import { dialects, type Usage } from '@fairlead/llm'
import { calcPrice, extractUsage, findProvider } from '@pydantic/genai-prices'
import { describe, expect, it } from 'vitest'
import { PriceTable } from './price-table.ts'

const corpora = process.env['FAIRLEAD_CORPORA'] ?? ''
const wire = join(corpora, 'wire')
/** Outside of hours at which some prices differ. */
const now = new Date('2026-11-27T12:00:00Z')

/** Recordings of one vendor's API. */
interface Source {
  readonly folder: string
  /** The vendor in the catalogue, and in the price list. */
  readonly vendor: string
  readonly listed: string
  readonly dialect: string
  readonly flavor: string
  /** Of answers that do not name theirs. */
  readonly model?: string
}

const claude = 'us.anthropic.claude-haiku-4-5-20251001-v1:0'

function source(folder: string, vendor: string, listed: string, dialect: string, flavor: string) {
  return { folder, vendor, listed, dialect, flavor }
}

const sources: readonly Source[] = [
  source('anthropic', 'anthropic', 'anthropic', 'anthropic-messages', 'default'),
  source('openai/chat', 'openai', 'openai', 'openai-chat', 'chat'),
  source('openai/completion', 'openai', 'openai', 'openai-chat', 'chat'),
  source('openai/responses', 'openai', 'openai', 'openai-responses', 'responses'),
  source('azure', 'azure', 'azure', 'openai-responses', 'responses'),
  source('azure', 'azure', 'azure', 'openai-chat', 'chat'),
  source('groq', 'groq', 'groq', 'openai-chat', 'default'),
  source('mistral', 'mistral', 'mistral', 'openai-chat', 'default'),
  source('perplexity', 'perplexity', 'perplexity', 'openai-chat', 'default'),
  source('deepseek/chat', 'deepseek', 'deepseek', 'openai-chat', 'chat'),
  source('moonshotai', 'moonshotai', 'moonshotai', 'openai-chat', 'chat'),
  source('xai', 'xai', 'x-ai', 'openai-chat', 'chat'),
  source('openai-compatible/chat', 'xai', 'x-ai', 'openai-chat', 'chat'),
  source('alibaba', 'alibaba', 'alibaba', 'openai-chat', 'chat'),
  source('google', 'google', 'google', 'gemini', 'default'),
  source('google-genai', 'google', 'google', 'gemini', 'default'),
  { ...source('cohere', 'cohere', 'cohere', 'cohere-chat', 'tokens'), model: 'command-a-03-2025' },
  {
    ...source('amazon-bedrock', 'amazon-bedrock', 'aws', 'bedrock-converse', 'default'),
    model: claude,
  },
]

/** One answer: what we read of it, and its report of usage for others to read. */
interface Answer {
  readonly name: string
  readonly usage: Usage
  readonly body: JsonObject
}

function answersOf({ folder, dialect }: Source): readonly Answer[] {
  if (corpora === '') return []
  const files = readdirSync(join(wire, folder)).filter((name) =>
    /\.(?:json|chunks\.txt)$/.test(name),
  )
  return files.flatMap((file) => {
    const text = readFileSync(join(wire, folder, file), 'utf8')
    const bodies = file.endsWith('.json') ? wholeBodies(text) : streamBodies(text, dialect)
    return bodies.flatMap((body, index) => {
      const usage = passageOf(dialect).readUsage(body)
      const part = bodies.length > 1 ? ` (${index + 1})` : ''
      return usage === undefined ? [] : [{ name: `${folder}/${file}${part}`, usage, body }]
    })
  })
}

function passageOf(name: string) {
  const dialect = dialects.find((each) => each.name === name)
  if (dialect === undefined) throw new Error(`there is no dialect ${name}`)
  return dialect.passage
}

/** Recordings of SDKs hold what was asked as well. */
function wholeBodies(text: string): readonly JsonObject[] {
  const body = JSON.parse(text) as JsonObject
  if (!Array.isArray(body['interactions'])) return [body]
  return body['interactions'].flatMap((each) => {
    const segments = objectOrEmpty(objectOrEmpty(each)['response'])['bodySegments']
    const last = Array.isArray(segments) ? segments.at(-1) : undefined
    return isJsonObject(last) ? [last] : []
  })
}

/** What the last report of each answer in a stream says, as a whole answer would. */
function streamBodies(text: string, dialect: string): readonly JsonObject[] {
  const events = text.split('\n').map(parseJsonOrUndefined).filter(isJsonObject)
  if (dialect === 'anthropic-messages') return messages(events)
  const reports = events.map((event) => {
    if (dialect === 'openai-responses') return objectOrEmpty(event['response'])
    if (dialect === 'bedrock-converse') return objectOrEmpty(event['metadata'])
    if (dialect === 'cohere-chat') return objectOrEmpty(event['delta'])
    return event
  })
  const last = reports.findLast((report) => passageOf(dialect).readUsage(report) !== undefined)
  return last === undefined ? [] : [last]
}

/** Counts are cumulative: later ones replace earlier ones. */
function messages(events: readonly JsonObject[]): readonly JsonObject[] {
  const found: JsonObject[] = []
  for (const event of events) {
    if (event['type'] === 'message_start') found.push(objectOrEmpty(event['message']))
    const open = found.at(-1)
    if (event['type'] !== 'message_delta' || open === undefined) continue
    const later = Object.entries(objectOrEmpty(event['usage'])).filter(
      ([, value]) => value !== null,
    )
    const usage = { ...objectOrEmpty(open['usage']), ...Object.fromEntries(later) }
    found[found.length - 1] = { ...open, usage }
  }
  return found
}

const table = new PriceTable(undefined)

function modelOf({ model }: Source, body: JsonObject): string {
  const named = body['model'] ?? body['modelVersion'] ?? model
  return typeof named === 'string' ? named : ''
}

function ours(from: Source, { usage, body }: Answer): number | undefined {
  const { vendor } = from
  const model = modelOf(from, body)
  const found = table.priceOf(
    { provider: vendor, model, declared: undefined, vendor },
    now.getTime(),
  )
  return found.price?.cost(usage).nanodollars
}

/** The reference reads the body by itself, too. */
function theirs(from: Source, { body }: Answer): number | undefined {
  const provider = findProvider({ providerId: from.listed })
  if (provider === undefined) return undefined
  const { usage } = extractUsage(provider, { model: modelOf(from, body), ...body }, from.flavor)
  const priced = calcPrice(usage, modelOf(from, body), { provider, timestamp: now })
  return priced === null ? undefined : Math.round(priced.total_price * 1e9)
}

/** Where the reference has another result, and why. Each reason stands in docs/prices.md. */
const differences: readonly { readonly names: RegExp; readonly why: string }[] = [
  {
    names: /^anthropic\/anthropic-compaction\.1\./,
    why: 'Anthropic reports the tokens of a compaction apart from the rest, in `iterations`; the reference leaves them out, and they are billed.',
  },
  {
    names: /^anthropic\/anthropic-web-search-tool\.1\./,
    why: 'Searches of a provider have a price for each, which the reference adds; here only tokens and calls have prices.',
  },
  {
    names: /^azure\/(?:azure-code-interpreter|openai-file-search)-tool\./,
    why: 'Azure rounds the price of cached input to cents; the reference has the one of OpenAI.',
  },
  {
    names: /^azure\/azure-deepseek-reasoning\.1\./,
    why: 'Azure has prices of its own for models of others; the reference has those of their makers.',
  },
  {
    names: /^mistral\/mistral-(?:text|tool-call|incremental-tool-call)\./,
    why: '`mistral-small-latest` is another model since, with another price; the reference has the one before.',
  },
  {
    names: /^mistral\/mistral-reasoning\./,
    why: '`magistral-medium-2507` is not listed: its price is not known here, while the reference takes it for the present one of its family.',
  },
  {
    names: /^mistral\/mistral-transcription\./,
    why: 'Transcription is billed by the minute, which has no price here; the reference says 0.',
  },
  {
    names: /^deepseek\/chat\//,
    why: '`deepseek-chat` and `deepseek-reasoner` are names of DeepSeek V4 Flash since; the reference has the prices of V3 and R1, by hours of the day.',
  },
  { names: /^alibaba\//, why: 'The reference has no prices of Alibaba.' },
]

describe.runIf(corpora !== '')('the cost of every recorded answer', () => {
  const cases = sources.flatMap((from) => answersOf(from).map((answer) => ({ from, answer })))

  it.each(sources)('is looked at for $folder in $dialect', (from) => {
    expect(answersOf(from).length).toBeGreaterThan(0)
  })

  it('is that of the reference, but for what is named', () => {
    expect(cases.length).toBeGreaterThan(250)
    const differing = cases.filter(
      ({ from, answer }) => ours(from, answer) !== theirs(from, answer),
    )
    const unnamed = differing
      .filter(({ answer: { name } }) => !differences.some(({ names }) => names.test(name)))
      .map(({ from, answer }) => [answer.name, ours(from, answer), theirs(from, answer)])
    expect(unnamed).toEqual([])
    for (const { names } of differences) {
      expect(
        differing.some(({ answer: { name } }) => names.test(name)),
        String(names),
      ).toBe(true)
    }
  })

  it('differs for reasons that the documents tell', () => {
    const text = readFileSync(new URL('../../../../docs/prices.md', import.meta.url), 'utf8')
    for (const { why } of differences) expect(text).toContain(why)
  })

  it('is known for every chat of a model that the vendor lists', () => {
    const unknown = cases.filter(({ from, answer }) => ours(from, answer) === undefined)
    expect([...new Set(unknown.map(({ from, answer }) => modelOf(from, answer.body)))]).toEqual([
      'zai-glm-5-2',
      'magistral-medium-2507',
      'voxtral-mini-latest',
    ])
  })
})
