import type { CatalogueModel } from '@fairlead/llm'
import type { ProviderModel } from '@fairlead/snapshot'
import { describe, expect, it } from 'vitest'
import { modelFacts } from './model-facts.ts'

const known: CatalogueModel = {
  contextWindow: 1000,
  maxOutputTokens: 100,
  lacks: ['Vision', 'Audio', 'Reasoning'],
  price: { inputPerMillion: '1', outputPerMillion: '2' },
}

const declared = (parts: Partial<ProviderModel>): ProviderModel => ({
  name: 'm',
  aliases: [],
  contextWindow: undefined,
  maxOutputTokens: undefined,
  capabilities: [],
  ...parts,
})

describe('what is known of a model', () => {
  it('is nothing, or what the resource says, without the catalogue', () => {
    expect(modelFacts('m', undefined, undefined)).toBeUndefined()
    const model = declared({ contextWindow: 5 })
    expect(modelFacts('m', model, undefined)).toEqual({ ...model, fromCatalogue: [] })
  })

  it('is what the catalogue says, without the resource', () => {
    expect(modelFacts('m', undefined, known)).toMatchObject({
      contextWindow: 1000,
      maxOutputTokens: 100,
      capabilities: ['Streaming', 'Tools', 'StructuredOutput'],
      fromCatalogue: ['contextWindow', 'maxOutputTokens', 'capabilities'],
    })
  })

  it('is what the resource says, field by field', () => {
    const model = declared({ contextWindow: 5, capabilities: ['Vision'] })
    expect(modelFacts('m', model, known)).toMatchObject({
      contextWindow: 5,
      maxOutputTokens: 100,
      capabilities: ['Vision'],
      fromCatalogue: ['maxOutputTokens'],
    })
  })

  it('leaves everything possible for a model of which nothing is known to be missing', () => {
    expect(modelFacts('m', undefined, { lacks: [] })).toMatchObject({
      capabilities: [],
      fromCatalogue: [],
    })
  })
})
