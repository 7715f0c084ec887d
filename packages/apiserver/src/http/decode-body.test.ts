import { describe, expect, it } from 'vitest'

import { decodeBody } from './decode-body.ts'
import { nestingDepthMax } from './nesting-depth.ts'

function nested(depth: number): Buffer {
  return Buffer.from('['.repeat(depth) + ']'.repeat(depth))
}

describe('decodeBody', () => {
  it.each(['application/json', 'application/yaml'])('takes %s nested to the limit', (type) => {
    expect(decodeBody(nested(nestingDepthMax), type)).toHaveLength(1)
  })

  it.each([
    ['application/json', nested(100_000)],
    ['application/yaml', nested(nestingDepthMax + 2)],
    ['application/yaml', Buffer.from(`{"a": ${nested(100_000).toString()}}`)],
  ])('refuses %s nested deeper, as the fault of the request', (type, body) => {
    expect(() => decodeBody(body, type)).toThrow(
      expect.objectContaining({
        code: 400,
        message: expect.stringContaining('nested deeper than 500 levels') as string,
      }),
    )
  })
})
