import { describe, expect, it } from 'vitest'

import { findDuplicateFields } from './duplicate-fields.ts'

describe('findDuplicateFields', () => {
  it.each([
    ['{}', []],
    ['{"a": 1, "b": {"a": 2}}', []],
    ['{"a": 1, "a": 2}', ['a']],
    ['{"spec": {"x": {"y": 1 , "y":2}, "z": [1, 2]}, "spec": null}', ['spec.x.y', 'spec']],
    ['{"list": [{"k": true, "k": false}, {"k": -1.5e3}]}', ['list[0].k']],
    ['{"quoted \\"key\\"": "a\\\\", "\\u0061": 1, "a": 2}', ['a']],
    [' [ [], {}, "x" ] ', []],
    ['"text"', []],
  ])('finds in %s the repeated %j', (text, expected) => {
    expect(findDuplicateFields(text)).toEqual(expected)
  })

  it.each(['[{}}', '{"a":[1}', '[1,2', '{"a"', '["a":1]', '[}', '{"a":[[}]'])(
    'ends where %s is not JSON',
    (text) => {
      try {
        expect(findDuplicateFields(text)).toEqual([])
      } catch (error) {
        expect(error).toBeInstanceOf(SyntaxError)
      }
    },
  )
})

it('finds the end of every string', () => {
  for (const value of ['', '\\', '"', '\\"', 'a\\\\', '{"a":1}', '\\\\"\\', 'é']) {
    const text = JSON.stringify(value)
    const object = `{"a":${text},"b":{${text}:[${text}],"q":${text},"q":1},"a":${text}}`
    expect([value, findDuplicateFields(object)]).toEqual([value, ['b.q', 'a']])
  }
})
