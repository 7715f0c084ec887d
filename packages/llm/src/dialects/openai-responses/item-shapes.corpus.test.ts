import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { itemShapeTable as makeTable } from '../../test-support/item-shape-table.ts'

const corpora = process.env['FAIRLEAD_CORPORA'] ?? ''

describe.runIf(corpora !== '')('the shapes of items', () => {
  it('are those of the API description', () => {
    const document: unknown = JSON.parse(readFileSync(join(corpora, 'specs/openai.json'), 'utf8'))
    const file = new URL('item-shape-table.ts', import.meta.url)
    expect(readFileSync(file, 'utf8')).toBe(makeTable(document))
  })
})
