import { deflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { readZipMember, zipMembers } from './zip-member.ts'

describe('readZipMember', () => {
  const text = 'a program, '.repeat(100)
  const archive = zip([
    { name: 'first', method: 0, bytes: Buffer.from('stored') },
    { name: 'bin/tool', method: 8, bytes: deflateRawSync(text) },
    { name: 'odd', method: 12, bytes: Buffer.from('?') },
  ])

  it('reads stored and deflated files', () => {
    expect(readZipMember(archive, 'first').toString()).toBe('stored')
    expect(readZipMember(archive, 'bin/tool').toString()).toBe(text)
  })

  it('lists what there is', () => {
    const names = Array.from(zipMembers(archive), ({ name }) => name)
    expect(names).toEqual(['first', 'bin/tool', 'odd'])
  })

  it.each([
    [archive, 'tool', 'has no tool'],
    [archive, 'odd', 'compression method 12'],
    [Buffer.from('<html>'), 'tool', 'not a zip archive'],
    [archive.subarray(0, 60), 'tool', 'not a zip archive'],
  ])('says what it cannot read', (bytes, name, message) => {
    expect(() => readZipMember(bytes, name)).toThrow(message)
  })
})

interface Member {
  readonly name: string
  readonly method: number
  readonly bytes: Buffer
}

/**
 * An archive with the fields that are read; local headers have an extra field, as many tools write.
 */
function zip(members: readonly Member[]): Buffer {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  for (const { name, method, bytes } of members) {
    const offset = Buffer.concat(locals).length
    const local = Buffer.alloc(30)
    local.writeUInt16LE(name.length, 26)
    local.writeUInt16LE(4, 28)
    locals.push(local, Buffer.from(name), Buffer.alloc(4), bytes)
    const entry = Buffer.alloc(46)
    entry.writeUInt16LE(method, 10)
    entry.writeUInt32LE(bytes.length, 20)
    entry.writeUInt16LE(name.length, 28)
    entry.writeUInt32LE(offset, 42)
    directory.push(entry, Buffer.from(name))
  }
  const end = Buffer.alloc(22)
  end.writeUInt32BE(0x504b0506, 0)
  end.writeUInt16LE(members.length, 10)
  end.writeUInt32LE(Buffer.concat(locals).length, 16)
  return Buffer.concat([...locals, ...directory, end])
}
