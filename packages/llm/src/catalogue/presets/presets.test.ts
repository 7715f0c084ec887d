import { describe, expect, it } from 'vitest'
import { presetGroups, presets } from './presets.ts'

const rows = presetGroups.flatMap((group) => group.presets)

it('there are many presets, each of another name, in the order of their names', () => {
  expect(presets.size).toBeGreaterThanOrEqual(80)
  expect(presets.size).toBe(rows.length)
  for (const { presets: group } of presetGroups) {
    const names = group.map(({ name }) => name)
    expect(names).toEqual(names.toSorted())
  }
})

describe.each(rows)('preset $name', ({ name, address, messages, source, title, quirks }) => {
  it('has a name that resources can give, and a page that says so', () => {
    expect(name).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/)
    expect(name.length).toBeLessThanOrEqual(63)
    expect(title).not.toBe('')
    expect(new URL(source).protocol).toBe('https:')
  })

  it('has an address that a path can be appended to', () => {
    for (const each of [address, ...(messages === undefined ? [] : [messages])]) {
      const url = new URL(each.replaceAll(/[{}]/g, ''))
      expect([url.search, url.hash, url.username]).toEqual(['', '', ''])
      expect(each).not.toMatch(/\/$/)
      const isLocal = url.hostname === '127.0.0.1'
      expect(url.protocol).toBe(isLocal ? 'http:' : 'https:')
    }
  })

  it('does not refuse what it is sent', () => {
    const refused = quirks?.refusedParameters ?? []
    expect(refused).not.toContain(quirks?.outputLimit)
    for (const field of ['model', 'messages', 'stream']) expect(refused).not.toContain(field)
    expect(new Set(refused).size).toBe(refused.length)
  })
})
