import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { generatedDocuments } from './generated-documents.ts'
import { withGeneratedParts } from './generated-parts.ts'

it.each([...generatedDocuments])(
  'the tables of docs/%s are those that the lists of this build generate',
  (name, parts) => {
    const document = readFileSync(new URL(`../../../../docs/${name}`, import.meta.url), 'utf8')
    expect(document).toBe(withGeneratedParts(document, parts))
  },
)

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
