import { describe, expect, it } from 'vitest'
import { answerText } from './answer-text.ts'
import { calls, stream } from './calls.ts'

describe('answerText', () => {
  const answered = calls.filter(
    ({ answer, provider }) => answer !== undefined && provider === 'OpenAI',
  )

  it.each(answered)('reads the answer of $name', ({ answer = '', isStream, text }) => {
    expect(text.length).toBeGreaterThan(100)
    expect(answerText(answer, isStream)).toBe(text)
  })

  it('refuses a stream that was cut', () => {
    expect(() => answerText(stream.answer?.slice(0, 1000) ?? '', true)).toThrow(/does not end/)
  })
})
