import { describe, expect, it } from 'vitest'
import { unwrapSealed, wrapSealed } from './sealed-text.ts'

describe('a sealed text', () => {
  it('of the same dialect travels as it is', () => {
    const sealed = { maker: 'gemini', field: 'signature', text: 'Eo4=:x' } as const
    expect(wrapSealed(sealed, 'gemini')).toBe('Eo4=:x')
    expect(unwrapSealed('Eo4=:x', 'gemini', 'signature')).toEqual(sealed)
  })

  it.each(['signature', 'encrypted_content'] as const)('keeps maker and %s elsewhere', (field) => {
    const sealed = { maker: 'openai-responses', field, text: 'gAAA:😀==' } as const
    const wrapped = wrapSealed(sealed, 'anthropic-messages')
    expect(wrapped).toMatch(/^[A-Za-z0-9+/]+=*$/)
    expect(unwrapSealed(wrapped, 'anthropic-messages', 'signature')).toEqual(sealed)
  })

  it('that only looks wrapped is the dialect’s own', () => {
    const text = Buffer.from('fairlead:x').toString('base64')
    expect(unwrapSealed(text, 'gemini', 'signature')).toEqual({
      maker: 'gemini',
      field: 'signature',
      text,
    })
  })
})
