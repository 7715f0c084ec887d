import type { JsonObject } from '@fairlead/base'
import { type ModerationInput, openAiModerations } from '@fairlead/llm'
import { featuresOf } from './text-features.ts'

/** What it finds, and the words that it finds it by. */
const words: Readonly<Record<string, readonly string[]>> = {
  violence: ['kill', 'murder', 'attack'],
  hate: ['hate'],
  'self-harm': ['suicide'],
}

/** The verdict on each input: a kind of thing is found where one of its words stands. */
export function simulatedVerdicts(body: JsonObject): object {
  const { moderation: format } = openAiModerations.operations
  if (format === undefined) throw new Error('the dialect has no verdicts')
  const request = format.decodeRequest(body)
  const results = request.inputs.map((input) => {
    const found = new Set(featuresOf(textOf(input)))
    const categories = Object.fromEntries(
      Object.entries(words).map(([name, signs]) => [name, signs.some((sign) => found.has(sign))]),
    )
    const scores = Object.fromEntries(
      Object.entries(categories).map(([name, isFound]) => [name, isFound ? 0.99 : 0.01]),
    )
    return { flagged: Object.values(categories).includes(true), categories, scores }
  })
  const { model } = request
  return format.encodeResponse({ id: 'modr-sim', model, results, usage: undefined }, request)
}

function textOf(input: ModerationInput): string {
  if (typeof input === 'string') return input
  return input.map((part) => (part.type === 'text' ? part.text : '')).join(' ')
}
