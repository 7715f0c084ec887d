import { expect, it } from 'vitest'
import { readNotes } from './read-notes.ts'

it('every note of changes/ is well-formed', () => {
  for (const [path, { text }] of readNotes()) {
    expect({ path, isMarkdown: path.endsWith('.md'), text }).toMatchObject({ isMarkdown: true })
  }
})
