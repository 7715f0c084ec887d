import { describe, expect, it } from 'vitest'
import { HeldBytes } from './held-bytes.ts'

describe('bytes that are held', () => {
  it('are bounded in all, and free again when they are given back', () => {
    const held = new HeldBytes()
    const first = held.reserve(60, 100)
    expect(held.reserve(41, 100)).toBeUndefined()
    first?.shrinkTo(10)
    const second = held.reserve(90, 100)
    expect(held.bytes).toBe(100)
    first?.shrinkTo(50)
    first?.release()
    first?.release()
    second?.release()
    expect(held.bytes).toBe(0)
  })
})
