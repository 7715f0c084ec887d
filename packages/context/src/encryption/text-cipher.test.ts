import { describe, expect, it } from 'vitest'
import { newKey, readEncryptionKey, unwrapKey, wrapKey } from './encryption-key.ts'
import { isSealedText, KeyGone, TextCipher, WrongKey } from './text-cipher.ts'

const key = newKey()
const cipher = new TextCipher(key)
const sealed = cipher.seal({ said: 'hello' }, 'item 1')

/** The text with one bit of what is encrypted changed, counted from its beginning or end. */
function changedAt(byte: number): string {
  const mark = sealed.slice(0, sealed.indexOf(':') + 1)
  const bytes = Buffer.from(sealed.slice(mark.length), 'base64')
  const at = byte < 0 ? bytes.length + byte : byte
  bytes[at] = (bytes[at] ?? 0) ^ 1
  return mark + bytes.toString('base64')
}

describe('what is encrypted', () => {
  it('is opened with its key, where it stood', () => {
    expect(isSealedText(sealed)).toBe(true)
    expect(sealed).not.toContain('hello')
    expect(cipher.open(sealed, 'item 1')).toEqual({ said: 'hello' })
    expect(cipher.seal({ said: 'hello' }, 'item 1')).not.toBe(sealed)
  })

  it.each([
    ['elsewhere', () => cipher.open(sealed, 'item 2')],
    ['with another key', () => new TextCipher(newKey()).open(sealed, 'item 1')],
    ['with another nonce', () => cipher.open(changedAt(0), 'item 1')],
    ['with a changed text', () => cipher.open(changedAt(14), 'item 1')],
    ['with a changed tag', () => cipher.open(changedAt(-1), 'item 1')],
    ['cut off', () => cipher.open(sealed.slice(0, 30), 'item 1')],
  ])('is not opened %s', (_, open) => {
    expect(open).toThrow(WrongKey)
  })

  it('says so where its key is gone', () => {
    expect(() => new TextCipher(undefined).open(sealed, 'item 1')).toThrow(KeyGone)
    expect(() => new TextCipher(undefined).seal({}, 'item 1')).toThrow('is gone')
  })
})

it('a key that is wrapped is unwrapped by the same key, for whom it was wrapped', () => {
  const [one, other] = [newKey(), newKey()].map((bytes) =>
    readEncryptionKey(bytes.toString('base64')),
  )
  if (one === undefined || other === undefined) throw new Error('both are there')
  const wrapped = wrapKey(one, key, 'ada')
  expect(unwrapKey(one, wrapped, 'ada').equals(key)).toBe(true)
  expect(() => unwrapKey(other, wrapped, 'ada')).toThrow()
  expect(() => unwrapKey(one, wrapped, 'bob')).toThrow()
})
