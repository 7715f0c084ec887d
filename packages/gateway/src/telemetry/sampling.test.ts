import { describe, expect, it } from 'vitest'
import { isSampled } from './sampling.ts'
import { TraceIds } from './trace-ids.ts'

const parent = (sampled: boolean) => ({
  traceId: 'f'.repeat(32),
  parentSpanId: '1'.repeat(16),
  isSampled: sampled,
  traceState: undefined,
})

describe('sampling', () => {
  it('leaves the decision to a parent that has made it', () => {
    const never = { isParentBased: true, ratio: 0 }
    const always = { isParentBased: true, ratio: 1 }
    expect(isSampled(never, 'f'.repeat(32), parent(true))).toBe(true)
    expect(isSampled(always, 'f'.repeat(32), parent(false))).toBe(false)
    expect(isSampled({ ...never, isParentBased: false }, 'f'.repeat(32), parent(true))).toBe(false)
  })

  it.each([0, 0.1, 0.5, 1])('records a share of %d, the same traces every time', (ratio) => {
    const ids = new TraceIds()
    const traces = Array.from({ length: 20_000 }, () => ids.traceId())
    const sampling = { isParentBased: true, ratio }
    const recorded = traces.filter((traceId) => isSampled(sampling, traceId, undefined))
    expect(recorded.length / traces.length).toBeCloseTo(ratio, 1)
    expect(recorded.every((traceId) => isSampled(sampling, traceId, undefined))).toBe(true)
  })

  it('draws ids of the right form, each once', () => {
    const ids = new TraceIds()
    const drawn = Array.from({ length: 5_000 }, () => [ids.traceId(), ids.spanId()]).flat()
    expect(new Set(drawn).size).toBe(drawn.length)
    expect(drawn.every((id) => /^([0-9a-f]{32}|[0-9a-f]{16})$/.test(id))).toBe(true)
  })
})
