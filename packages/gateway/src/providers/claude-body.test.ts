import { describe, expect, it } from 'vitest'
import { claudeBody, takeList } from './claude-body.ts'

describe('the body of a message at a cloud', () => {
  const bodyOf = (text: string, version: string, options?: Parameters<typeof claudeBody>[2]) =>
    Buffer.from(claudeBody(Buffer.from(text), version, options)).toString('utf8')

  it('has the version and not the model, and keeps all else as it is spelled', () => {
    expect(bodyOf('{"model":"m", "max_tokens": 1e1,\n"x":"\\u00e9"}', 'v')).toBe(
      '{"max_tokens": 1e1,\n"x":"\\u00e9","anthropic_version":"v"}',
    )
  })

  it('leaves version and betas to a caller who gives them', () => {
    const text = '{"anthropic_version":"mine","anthropic_beta":["a"]}'
    expect(bodyOf(text, 'v', { betas: ['b'] })).toBe(text)
  })

  it('loses what is to be removed', () => {
    expect(bodyOf('{"stream":true}', 'v', { remove: ['stream'], betas: ['b'] })).toBe(
      '{"anthropic_version":"v","anthropic_beta":["b"]}',
    )
  })
})

it('takes a list out of the headers, however often it is there', () => {
  const headers = ['anthropic-beta', 'a, b', 'x', '1', 'anthropic-beta', 'c,']
  expect(takeList(headers, 'anthropic-beta')).toEqual(['a', 'b', 'c'])
  expect(headers).toEqual(['x', '1'])
})
