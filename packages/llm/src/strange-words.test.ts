import { expect, it } from 'vitest'
import { chatFormatOf } from './dialects/dialect.ts'
import { dialects } from './dialects/dialects.ts'
import { roundTripRules } from './test-support/round-trip-rules.ts'

/** Members that every object has: a table of words must not find them. */
const strangeWords = ['__proto__', 'constructor', 'toString']

it.each([...dialects])('$name takes a strange effort for one that nobody knows', (dialect) => {
  const format = chatFormatOf(dialect)
  const models = ['some-model', 'gemini-2.5-pro', 'claude-sonnet-4-5']
  for (const model of [...models, ...(roundTripRules[dialect.name]?.models ?? [])]) {
    const sent = (reasoningEffort: string) =>
      JSON.stringify(
        format.encodeRequest({
          model,
          items: [
            { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello' }] },
          ],
          tools: [],
          settings: { reasoningEffort },
          stream: false,
          includeUsage: false,
          extras: {},
          extrasDialect: 'callers',
        }),
      )
    for (const word of strangeWords) {
      expect(sent(word).replaceAll(word, 'unknown')).toBe(sent('unknown'))
    }
  }
})
