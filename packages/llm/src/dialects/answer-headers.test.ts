import { describe, expect, it } from 'vitest'
import { anthropicMessages } from './anthropic-messages/dialect.ts'
import { openAiChat } from './openai-chat/dialect.ts'
import { openAiRateLimits } from '../headers/openai-rate-limits.ts'
import { readAnswerDetails } from '../headers/read-answer-details.ts'

const nowMs = Date.parse('2026-11-27T12:00:00Z')
const anthropic = anthropicMessages.passage.rateLimits
const openAi = openAiChat.passage.rateLimits
const headersOf = (headers: Readonly<Record<string, string>>) => new Map(Object.entries(headers))

describe('limits', () => {
  it("of OpenAI's formats are told in Anthropic's words", () => {
    const headers = headersOf({
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '59',
      'x-ratelimit-reset-requests': '1s',
      'x-ratelimit-limit-tokens': '150000',
      'x-ratelimit-remaining-tokens': '149984',
      'x-ratelimit-reset-tokens': '6m0s',
    })
    expect(anthropic?.write(openAi?.read(headers, nowMs) ?? [], nowMs)).toEqual(
      Object.entries({
        'anthropic-ratelimit-requests-limit': '60',
        'anthropic-ratelimit-requests-remaining': '59',
        'anthropic-ratelimit-requests-reset': '2026-11-27T12:00:01Z',
        'anthropic-ratelimit-tokens-limit': '150000',
        'anthropic-ratelimit-tokens-remaining': '149984',
        'anthropic-ratelimit-tokens-reset': '2026-11-27T12:06:00Z',
      }).flat(),
    )
  })

  it("of Anthropic's are told in OpenAI's words, as far as OpenAI has any", () => {
    const headers = headersOf({
      'anthropic-ratelimit-requests-limit': '50',
      'anthropic-ratelimit-requests-remaining': '0',
      'anthropic-ratelimit-requests-reset': '2026-11-27T13:01:07Z',
      'anthropic-ratelimit-input-tokens-limit': '30000',
      'anthropic-ratelimit-tokens-remaining': '30000',
      'anthropic-ratelimit-tokens-reset': '2026-11-27T11:00:00Z',
    })
    expect(openAi?.write(anthropic?.read(headers, nowMs) ?? [], nowMs)).toEqual(
      Object.entries({
        'x-ratelimit-limit-requests': '50',
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '1h1m7s',
        'x-ratelimit-remaining-tokens': '30000',
        'x-ratelimit-reset-tokens': '0ms',
      }).flat(),
    )
  })

  it.each([
    ['20ms', 20],
    ['1s', 1000],
    ['7.66s', 7660],
    ['6m0s', 360_000],
    ['2h3m4.5s', 7_384_500],
    ['0.5', 500],
  ])('are full after %s', (text, afterMs) => {
    const headers = headersOf({ 'x-ratelimit-reset-requests': text })
    expect(openAiRateLimits.read(headers, nowMs)).toEqual([
      { what: 'requests', limit: undefined, remaining: undefined, resetMs: nowMs + afterMs },
    ])
    const [limit] = openAiRateLimits.read(headers, nowMs)
    const written = openAiRateLimits.write(limit === undefined ? [] : [limit], nowMs)
    expect(openAiRateLimits.read(new Map([[written[0] ?? '', written[1] ?? '']]), nowMs)).toEqual([
      limit,
    ])
  })

  it.each(['soon', '', '-1s', '1e9', '9'.repeat(40), '1x', '1s'.repeat(50)])(
    'that make no sense are none: %s',
    (text) => {
      const headers = headersOf({
        'x-ratelimit-limit-requests': text,
        'x-ratelimit-reset-requests': text,
        'anthropic-ratelimit-requests-limit': text,
        'anthropic-ratelimit-requests-reset': text,
      })
      expect(openAi?.read(headers, nowMs)).toEqual([])
      expect(anthropic?.read(headers, nowMs)).toEqual([])
    },
  )

  it('are never so far away that they cannot be written', () => {
    const headers = headersOf({ 'x-ratelimit-reset-requests': '999999999999h' })
    const limits = openAi?.read(headers, nowMs) ?? []
    expect(anthropic?.write(limits, nowMs)).toEqual([
      'anthropic-ratelimit-requests-reset',
      '9999-12-31T00:00:00Z',
    ])
  })
})

describe('what the headers of an answer say', () => {
  it.each([
    ['x-request-id', 'req_1'],
    ['request-id', 'req_011CSHoEeqs5C35K2UUqR7Fy'],
    ['x-amzn-requestid', '5e1f7b3a-1111-2222-3333-444455556666'],
    ['apim-request-id', 'cef4d3b1-1111-2222-3333-444455556666'],
  ])('has the id of the call in %s', (name, id) => {
    const details = readAnswerDetails(headersOf({ [name]: id }), undefined, nowMs)
    expect(details.requestId).toBe(id)
  })

  it.each(['', 'two words', 'x'.repeat(129), 'a,b'])('has no id in %j', (id) => {
    const details = readAnswerDetails(headersOf({ 'x-request-id': id }), undefined, nowMs)
    expect(details.requestId).toBeUndefined()
  })

  it.each([
    ['true', true],
    ['false', false],
    ['perhaps', undefined],
  ])('says %s of trying again', (text, shouldRetry) => {
    const details = readAnswerDetails(headersOf({ 'x-should-retry': text }), undefined, nowMs)
    expect(details.shouldRetry).toBe(shouldRetry)
  })
})
