import { describe, expect, it } from 'vitest'
import { classifyPrompt } from '../../packages/llm/src/classification/classify-prompt.ts'
import { promptTypes } from '../../packages/llm/src/classification/prompt-type.ts'
import { evaluate } from './evaluate.ts'
import { readExamples } from './examples.ts'

const alone = evaluate('alone')

describe('the classifier of prompts, on prompts that it has not learned from', () => {
  it('has at least 40 prompts of each type to learn from, and 20 to be judged by', () => {
    for (const type of promptTypes) {
      const countOf = (set: 'training' | 'held-out') =>
        readExamples(set).filter((example) => example.type === type).length
      expect([type, countOf('training') >= 40, countOf('held-out') >= 20]).toEqual([
        type,
        true,
        true,
      ])
    }
  })

  it('shares no prompt between the two sets', () => {
    const learned = new Set(readExamples('training').map(({ text }) => text))
    expect(readExamples('held-out').filter(({ text }) => learned.has(text))).toEqual([])
  })

  it('finds the type of at least 82 in 100', () => {
    expect(alone.accuracy).toBeGreaterThanOrEqual(0.82)
  })

  it.each([...alone.confusion])('finds at least 60 in 100 of type %s', (type, given) => {
    expect((given.get(type) ?? 0) / 20).toBeGreaterThanOrEqual(0.6)
  })

  it.each(['before a text', 'as instructions for a text'] as const)(
    'finds the type of at least 80 in 100 that stand %s',
    (presentation) => {
      expect(evaluate(presentation).accuracy).toBeGreaterThanOrEqual(0.8)
    },
  )

  it('finds the band of complexity of at least 75 in 100, and never takes simple for complex', () => {
    expect(alone.bandAccuracy).toBeGreaterThanOrEqual(0.75)
    expect(evaluate('before a text').bandAccuracy).toBeGreaterThanOrEqual(0.7)
    expect(alone.bands.get('simple')?.get('complex')).toBeUndefined()
    expect(alone.bands.get('complex')?.get('simple')).toBeUndefined()
  })

  it('gives the same answer for the same prompt', () => {
    const texts = { system: 'Be brief.', user: 'Translate to French: good morning' }
    expect(classifyPrompt(texts)).toEqual(classifyPrompt({ ...texts }))
    expect(classifyPrompt(texts).type).toBe('Translation')
  })
})
