import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject } from '@fairlead/base'
import { chatFormatOf, dialects } from '@fairlead/llm'
import { describe, expect, it } from 'vitest'
import { inputTokens } from '../plan/count-tokens.ts'
import { appliedFactor, countMargin, learn, type LearntFactor } from '../tokens/learnt-factor.ts'
import { Tokenizers } from './tokenizers.ts'

const folder = join(process.env['FAIRLEAD_CORPORA'] ?? '', 'wire', 'google-genai')

interface Exchange {
  readonly request: { readonly url: string; readonly bodySegments: readonly JsonObject[] }
  readonly response: {
    readonly bodySegments: readonly {
      readonly usageMetadata?: { readonly promptTokenCount?: number }
    }[]
  }
}

/** A request of Google's own client, and how many input tokens Gemini has counted for it. */
interface RecordedUsage {
  readonly body: JsonObject
  readonly model: string
  readonly reported: number
}

function recordedUsages(): RecordedUsage[] {
  if (process.env['FAIRLEAD_CORPORA'] === undefined || !existsSync(folder)) return []
  return readdirSync(folder).flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8')
    const { interactions } = JSON.parse(text) as { interactions: Exchange[] }
    return interactions.flatMap(({ request, response }): RecordedUsage[] => {
      const [body] = request.bodySegments
      const model = /models\/([^:]+):/.exec(request.url)?.[1] ?? ''
      const told = response.bodySegments.flatMap(
        ({ usageMetadata }) => usageMetadata?.promptTokenCount ?? [],
      )
      const reported = told.at(-1)
      return body === undefined || reported === undefined ? [] : [{ body, model, reported }]
    })
  })
}

const recorded = recordedUsages()

async function countedUsages() {
  const gemini = dialects.find(({ name }) => name === 'gemini')
  if (gemini === undefined) throw new Error('there is a dialect of Gemini')
  const count = await new Tokenizers().of('o200k_base')
  return recorded.map(({ body, model, reported }) => {
    const { items, tools } = chatFormatOf(gemini).decodeRequest({ ...body, model })
    return { model, reported, counted: inputTokens(items, tools, model, (text) => count(text)) }
  })
}

describe.runIf(recorded.length > 0)('what Gemini has counted', () => {
  it('is never more than the count with its margin, whatever was learnt before', async () => {
    const usages = await countedUsages()
    expect(usages.length).toBeGreaterThan(30)
    const known = new Map<string, LearntFactor>()
    const shares: number[] = []
    for (const { counted, model, reported } of usages) {
      const before = known.get(model)
      const atMost = counted * appliedFactor(before, false) * (1 + countMargin(before, false))
      shares.push(reported / atMost)
      const after = learn(before, { model, isOwn: false, counted, reported })
      if (after !== undefined) known.set(model, after)
    }
    expect(Math.max(...shares)).toBeLessThanOrEqual(1)
  })

  it('is what is counted here, where answers were sealed: their reasoning counts', async () => {
    const thinking = (await countedUsages()).filter(({ model }) => model === 'gemini-2.5-flash')
    expect(thinking.map(({ reported }) => reported)).toEqual([81, 293, 435])
    for (const { counted, reported } of thinking) {
      expect(counted / reported).toBeGreaterThan(0.8)
      expect(counted / reported).toBeLessThan(1.2)
    }
  })
})
