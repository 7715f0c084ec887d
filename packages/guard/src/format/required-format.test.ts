import { cpuTimeMs } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import { jsonObject, jsonOf, verdictOf } from './required-format.ts'

const schema = {
  type: 'object',
  properties: { a: { type: 'integer' } },
  required: ['a'],
  additionalProperties: false,
}
const format = jsonOf(schema)

function verdict(text: string, repair = true) {
  const found = verdictOf(text, format, { repair })
  return found.fits ? found.text : found.problems
}

describe('the format of an answer', () => {
  it.each([
    ['is right', '{"a": 1}', '{"a": 1}'],
    [
      'has numbers that JavaScript cannot hold',
      '{"a":12345678901234567890}',
      '{"a":12345678901234567890}',
    ],
    ['stands in a fence', 'Here it is:\n```json\n{"a": 1}\n```\nAnything else?', '{"a": 1}'],
    ['stands in a fence without an end', '```\n{"a": 1}', '{"a": 1}'],
    ['stands between sentences', 'The answer is {"a": 1}, I think.', '{"a": 1}'],
    ['has a comma too many', '{"a": 1,}', '{"a": 1}'],
    ['has no end', '{"a": 1', '{"a": 1}'],
    ['is written as in Python', "{'a': 1}", '{"a": 1}'],
  ])('is found in a text that %s', (_, text, expected) => {
    expect(verdict(text)).toBe(expected)
  })

  it.each([
    ['is a sentence', 'There is no answer.', ['the answer is not JSON']],
    ['lacks a field', '{}', ['the answer must have the field "a"']],
    ['has a wrong value', '{"a": "x"}', ['/a must be of type integer']],
    [
      'lacks a field once it is mended',
      '{"b": 1,}',
      ['the answer must have the field "a"', '/b must not be there'],
    ],
  ])('is not that of a text that %s', (_, text, problems) => {
    expect(verdict(text)).toEqual(problems)
  })

  it('is looked for in the text alone where nothing is to be repaired', () => {
    expect(verdict('```\n{"a": 1}\n```', false)).toEqual(['the answer is not JSON'])
  })

  it('is an object of any kind where a caller asks for JSON', () => {
    expect(verdictOf('{"b":2}', jsonObject, { repair: true })).toEqual({
      fits: true,
      text: '{"b":2}',
    })
    expect(verdictOf('[1]', jsonObject, { repair: true }).fits).toBe(false)
  })

  it.each([['['], ['{"a":'], ['"x" y '], ['```'], ['{}\n'], ['{"a" "b"'], ['{a:b ']])(
    'is not found in many %j, which costs little',
    (piece) => {
      for (const length of [30_000, 3_000_000]) {
        const text = `{"a": [${piece.repeat(length / piece.length)}`
        const startedMs = cpuTimeMs()
        verdict(text)
        expect(cpuTimeMs() - startedMs).toBeLessThan(1500)
      }
    },
  )
})
