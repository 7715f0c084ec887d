import { describe, expect, it } from 'vitest'
import { readTraceContext, traceParent } from './trace-context.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'
const valid = `00-${traceId}-${spanId}-01`

describe('a traceparent', () => {
  it.each([
    [valid, true],
    [`00-${traceId}-${spanId}-00`, false],
    [`00-${traceId}-${spanId}-03`, true],
    [`00-${traceId}-${spanId}-fe`, false],
    [`01-${traceId}-${spanId}-01`, true],
    [`cc-${traceId}-${spanId}-01-what-comes-later`, true],
  ])('%s is read', (header, isSampled) => {
    const expected = { traceId, parentSpanId: spanId, isSampled, traceState: undefined }
    expect(readTraceContext(header, undefined)).toEqual(expected)
  })

  it.each([
    ['nothing', undefined],
    ['an empty text', ''],
    ['upper case', valid.toUpperCase()],
    ['an unknown version that may not be', `ff-${traceId}-${spanId}-01`],
    ['more after the fields of version 00', `${valid}-more`],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${spanId}-01`],
    ['a span id of zeros', `00-${traceId}-${'0'.repeat(16)}-01`],
    ['a trace id that is too short', `00-${traceId.slice(1)}-${spanId}-01`],
    ['a letter that is no digit', `00-${traceId.replace('a', 'g')}-${spanId}-01`],
    ['flags of one digit', `00-${traceId}-${spanId}-1`],
    ['another separator', valid.replaceAll('-', '_')],
    ['space around it', ` ${valid} `],
    ['two of them', `${valid}, ${valid}`],
    ['a later version without a separator', `cc-${traceId}-${spanId}-01.more`],
    ['a later version that never ends', `cc-${traceId}-${spanId}-01-${'x'.repeat(1000)}`],
  ])('is not valid with %s', (_name, header) => {
    expect(readTraceContext(header, 'a=1')).toBeUndefined()
  })

  it('is written as it is read', () => {
    expect(traceParent(traceId, spanId, true)).toBe(valid)
    expect(traceParent(traceId, spanId, false)).toBe(`00-${traceId}-${spanId}-00`)
  })
})

describe('a tracestate', () => {
  it.each([
    ['vendor=opaque', 'vendor=opaque'],
    ['a=1, b=2 ,c@d=x y', 'a=1,b=2,c@d=x y'],
    ['a=1,,b=2', 'a=1,b=2'],
    ['', undefined],
    [' , ', undefined],
    ['a', undefined],
    ['A=1', undefined],
    ['a=', undefined],
    ['a=1=2', undefined],
    ['a=\u00e9', undefined],
    ['a=1,a=2', undefined],
    [Array.from({ length: 32 }, (_, index) => `k${index}=1`).join(','), expect.any(String)],
    [Array.from({ length: 33 }, (_, index) => `k${index}=1`).join(','), undefined],
    [`a=${'x'.repeat(600)}`, undefined],
  ])('%s becomes %s', (header, traceState) => {
    expect(readTraceContext(valid, header)?.traceState).toEqual(traceState)
  })
})
