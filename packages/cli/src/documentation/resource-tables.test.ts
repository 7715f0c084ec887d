import { readFileSync } from 'node:fs'
import { kinds } from '@fairlead/config'
import { describe, expect, it } from 'vitest'
import { capabilities } from '../capabilities.ts'
import { resourceTables, withGeneratedParts } from './resource-tables.ts'

const path = new URL('../../../../docs/resources.md', import.meta.url)

describe('the tables of docs/resources.md', () => {
  it('are those that the lists of kinds and capabilities generate', () => {
    const document = readFileSync(path, 'utf8')
    expect(document).toBe(withGeneratedParts(document, resourceTables(kinds, capabilities)))
  })
})

describe('withGeneratedParts', () => {
  const document = 'a\n<!-- generated: x -->\nold\n<!-- end -->\nb\n'

  it('replaces the parts and nothing else', () => {
    expect(withGeneratedParts(document, new Map([['x', 'new']]))).toBe(
      'a\n<!-- generated: x -->\n\nnew\n\n<!-- end -->\nb\n',
    )
  })

  it('refuses a document without a part, and one with an unknown part', () => {
    expect(() => withGeneratedParts('', new Map([['x', 'new']]))).toThrow('has no part for x')
    expect(() => withGeneratedParts(document, new Map())).toThrow('nothing generates the part "x"')
  })
})
