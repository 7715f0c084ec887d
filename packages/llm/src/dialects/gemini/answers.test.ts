import { describe, expect, it } from 'vitest'
import { summarize } from '../../test-support/answer-summary.ts'
import { testDialect } from '../../test-support/test-dialect.ts'
import { geminiJsonArray } from './json-array.ts'
import { gemini as dialect } from './dialect.ts'
import { responseEvents } from '../../operations/chat/response-events.ts'
import { chatFormatOf } from '../dialect.ts'

const gemini = testDialect('gemini')

const answerOf = (candidate: object, more: object = {}) =>
  gemini.decodeResponse({
    candidates: [{ content: { parts: [{ text: 'Grüße 🌍.' }] }, ...candidate }],
    ...more,
  })

const again = (response: ReturnType<typeof answerOf>): unknown =>
  JSON.parse(JSON.stringify(gemini.encodeResponse(response)))

describe('an answer', () => {
  it.each([
    ['STOP', 'stop'],
    ['MAX_TOKENS', 'length'],
    ['SAFETY', 'content_filter'],
    ['RECITATION', 'content_filter'],
    ['OTHER', 'stop'],
    ['SOMETHING_NEW', 'stop'],
  ])('that ends with %s ended by %s, and says so again', (finishReason, expected) => {
    const response = answerOf({ finishReason })
    expect(response.finishReason).toBe(expected)
    expect(again(response)).toMatchObject({ candidates: [{ finishReason }] })
  })

  it('without a prompt that may be answered is filtered', () => {
    const response = gemini.decodeResponse({
      promptFeedback: { blockReason: 'SAFETY', blockReasonMessage: 'No.' },
      usageMetadata: { promptTokenCount: 3, totalTokenCount: 3 },
    })
    expect(summarize(response)).toMatchObject({ finish: 'content_filter', refusal: 'No.' })
    expect(again(response)).toMatchObject({ promptFeedback: { blockReason: 'SAFETY' } })
  })

  it('that is no call that anybody could make is an error', () => {
    const broken = { content: { parts: [] }, finishReason: 'MALFORMED_FUNCTION_CALL' }
    expect(() => answerOf(broken)).toThrow(
      expect.objectContaining({ failure: 'InvalidAnswer', retryable: true }) as Error,
    )
  })

  it('has its sources at their places, counted in characters', () => {
    const groundingMetadata = {
      groundingChunks: [{ web: { uri: 'https://a.test', title: 'A' } }],
      groundingSupports: [
        {
          segment: { startIndex: 8, endIndex: 12, text: '🌍' },
          groundingChunkIndices: [0, 7],
        },
      ],
    }
    const response = answerOf({ finishReason: 'STOP', groundingMetadata })
    expect(response.output[0]).toMatchObject({
      content: [
        {
          annotations: [
            {
              type: 'url_citation',
              url: 'https://a.test',
              title: 'A',
              start_index: 6,
              end_index: 8,
              cited_text: '🌍',
            },
          ],
        },
      ],
    })
    expect(again(response)).toMatchObject({ candidates: [{ groundingMetadata }] })
    const { extras: _, ...foreign } = response
    expect(again(foreign)).toMatchObject({
      candidates: [
        {
          groundingMetadata: {
            groundingChunks: [{ web: { uri: 'https://a.test', title: 'A' } }],
            groundingSupports: [{ segment: { startIndex: 8, endIndex: 12, text: '🌍' } }],
          },
        },
      ],
    })
  })

  it('keeps probabilities, files, code and everything else', () => {
    const body = {
      candidates: [
        {
          content: {
            role: 'model',
            parts: [
              { executableCode: { language: 'PYTHON', code: '1' } },
              { text: 'a' },
              { inlineData: { mimeType: 'image/png', data: 'AAAA' } },
            ],
          },
          finishReason: 'STOP',
          index: 0,
          safetyRatings: [{ category: 'x' }],
          logprobsResult: {
            chosenCandidates: [{ token: 'a', logProbability: -1 }],
            topCandidates: [{ candidates: [{ token: 'b', logProbability: -2 }] }],
          },
        },
      ],
      usageMetadata: {
        promptTokenCount: 10,
        toolUsePromptTokenCount: 2,
        candidatesTokenCount: 4,
        thoughtsTokenCount: 1,
        totalTokenCount: 17,
        promptTokensDetails: [{ modality: 'AUDIO', tokenCount: 5 }],
        trafficType: 'ON_DEMAND',
      },
      modelVersion: 'm',
      responseId: 'r',
      modelStatus: { retired: false },
    }
    const response = gemini.decodeResponse(body)
    expect(response.usage).toEqual({
      inputTokens: 12,
      cachedInputTokens: 0,
      cacheWriteInputTokens: 0,
      outputTokens: 5,
      reasoningTokens: 1,
      audioInputTokens: 5,
    })
    expect(again(response)).toEqual(body)
  })

  it.each([
    [
      400,
      'INVALID_ARGUMENT',
      'API key not valid. Please pass a valid API key.',
      'CredentialRefused',
    ],
    [403, 'PERMISSION_DENIED', 'no', 'CredentialRefused'],
    [404, 'NOT_FOUND', 'models/x is not found', 'ModelUnavailable'],
    [429, 'RESOURCE_EXHAUSTED', 'quota', 'RateLimited'],
    [429, 'RESOURCE_EXHAUSTED', 'Your prepayment credits are depleted.', 'CreditExhausted'],
    [
      400,
      'FAILED_PRECONDITION',
      'User location is not supported for the API use.',
      'ModelUnavailable',
    ],
    [500, 'INTERNAL', 'oh', 'ServerError'],
    [503, 'UNAVAILABLE', 'The model is overloaded.', 'Overloaded'],
    [504, 'DEADLINE_EXCEEDED', 'slow', 'Timeout'],
    [400, 'INVALID_ARGUMENT', 'wrong', 'InvalidRequest'],
  ])('of status %s %s "%s" is %s', (status, word, message, failure) => {
    const body = { error: { code: status, message, status: word } }
    expect(gemini.decodeError(status, body, {})).toMatchObject({ failure, message })
    expect(gemini.decodeError(status, [body], {})).toMatchObject({ failure, message })
  })

  it('that is too long for the model says so', () => {
    const message =
      'The input token count (1048577) exceeds the maximum number of tokens allowed (1048576).'
    const error = gemini.decodeError(400, { error: { message, status: 'INVALID_ARGUMENT' } }, {})
    expect(error.kind).toBe('context-length')
  })
})

describe('a stream without alt=sse', () => {
  it('is one JSON array', () => {
    const response = answerOf({ finishReason: 'STOP' }, { responseId: 'r', modelVersion: 'm' })
    const write = (format: typeof dialect) => {
      const encoder = chatFormatOf(format).createStreamEncoder({ includeUsage: true })
      return responseEvents(response)
        .map((event) => encoder.encode(event))
        .join('')
    }
    const events = write(dialect)
      .split('\n\n')
      .filter((frame) => frame !== '')
      .map((frame): unknown => JSON.parse(frame.slice('data: '.length)))
    expect(JSON.parse(write(geminiJsonArray))).toEqual(events)
  })
})
