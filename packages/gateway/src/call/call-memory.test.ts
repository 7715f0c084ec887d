import { describe, expect, it } from 'vitest'
import { CallMemory } from './call-memory.ts'

const call = (requestId: string, tenant = 'default/a', json = '{}') => ({
  requestId,
  tenant,
  json,
})

describe('the memory of calls', () => {
  it('shows a call to its own Consumer only', () => {
    const memory = new CallMemory(10_000)
    memory.keep(call('req_1', 'default/a', '{"id":"req_1"}'))
    memory.keep(call('req_2', ''))
    expect(memory.find('req_1', 'default/a')).toBe('{"id":"req_1"}')
    expect(memory.find('req_1', 'default/b')).toBeUndefined()
    expect(memory.find('req_1', '')).toBeUndefined()
    expect(memory.find('req_2', '')).toBeUndefined()
    expect(memory.find('req_3', 'default/a')).toBeUndefined()
  })

  it('forgets the oldest first, however many come', () => {
    const memory = new CallMemory(100_000)
    for (let index = 0; index < 50_000; index += 1) memory.keep(call(`req_${index}`))
    expect(memory.size).toBeGreaterThan(300)
    expect(memory.size).toBeLessThan(500)
    expect(memory.find('req_49999', 'default/a')).toBe('{}')
    expect(memory.find(`req_${50_000 - memory.size}`, 'default/a')).toBe('{}')
    expect(memory.find(`req_${50_000 - memory.size - 1}`, 'default/a')).toBeUndefined()
  })

  it('keeps no call that is larger than all of it, and none twice', () => {
    const memory = new CallMemory(1_000)
    memory.keep(call('req_1', 'default/a', 'x'.repeat(500)))
    memory.keep(call('req_2', 'default/a', 'first'))
    memory.keep(call('req_2', 'default/a', 'second'))
    expect(memory.size).toBe(1)
    expect(memory.find('req_2', 'default/a')).toBe('first')
  })
})
