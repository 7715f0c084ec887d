import { describe, expect, it } from 'vitest'

import { WireWriter } from './wire-writer.ts'

describe('WireWriter', () => {
  it.each(['raw', 'text', 'double'] as const)('writes %s also where its memory grows', (kind) => {
    const writer = new WireWriter(1)
    const text = 'grown '.repeat(500)
    if (kind === 'raw') writer.raw(Buffer.from(text))
    if (kind === 'text') writer.text(text)
    if (kind === 'double') writer.double(0.5)
    const written = writer.finish()
    if (kind === 'raw') expect(written.toString()).toBe(text)
    if (kind === 'text') expect(written.subarray(2).toString()).toBe(text)
    if (kind === 'double') expect(written.readDoubleLE()).toBe(0.5)
  })
})
