import { describe, expect, it } from 'vitest'
import { attemptLog } from './attempt-log.ts'
import type { AttemptRecord } from './attempt-record.ts'

function attemptOf(parts: Partial<AttemptRecord> = {}): AttemptRecord {
  return {
    target: 'primary',
    provider: 'default/openai',
    providerType: 'openai',
    model: 'gpt',
    credential: 'main',
    outcome: 'ServerError',
    status: 500,
    providerRequestId: undefined,
    startedMs: 0,
    durationMs: 12.34567,
    reason: 'an error with status 500',
    ...parts,
  }
}

describe('the log of attempts in a header', () => {
  it('shows every attempt, and nothing that is not known', () => {
    const lost = attemptOf({ credential: undefined, status: undefined, outcome: 'Connect' })
    expect(JSON.parse(attemptLog([attemptOf(), lost]))).toEqual([
      {
        target: 'primary',
        provider: 'default/openai',
        model: 'gpt',
        credential: 'main',
        outcome: 'ServerError',
        status: 500,
        ms: 12.346,
        reason: 'an error with status 500',
      },
      {
        target: 'primary',
        provider: 'default/openai',
        model: 'gpt',
        outcome: 'Connect',
        ms: 12.346,
        reason: 'an error with status 500',
      },
    ])
  })

  it('is ASCII without control characters, whatever the names are', () => {
    const text = attemptLog([attemptOf({ model: 'ünï\u0000\r\n\u{1f600}\u007f' })])
    expect(text).toMatch(/^[\x20-\x7e]*$/)
    expect(JSON.parse(text)).toMatchObject([{ model: 'ünï\u0000\r\n\u{1f600}\u007f' }])
  })

  it.each([1, 20, 40, 2000])('%i attempts fit into 4 KiB, the latest first of all', (count) => {
    const attempts = Array.from({ length: count }, (_, index) => attemptOf({ target: `t${index}` }))
    const text = attemptLog(attempts)
    expect(text.length).toBeLessThanOrEqual(4096)
    const entries = JSON.parse(text) as { readonly target?: string; readonly omitted?: number }[]
    expect(entries.at(-1)?.target).toBe(`t${count - 1}`)
    const omitted = entries[0]?.omitted ?? 0
    expect(entries.length - (omitted > 0 ? 1 : 0) + omitted).toBe(count)
  })

  it('leaves out even a single attempt that does not fit', () => {
    expect(attemptLog([attemptOf({ model: 'm'.repeat(5000) })])).toBe('[{"omitted":1}]')
  })
})
