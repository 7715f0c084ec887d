import { expect, it } from 'vitest'
import { filesMatching } from '../source-tree.ts'
import { readNotes } from './read-notes.ts'

it('every note of changes/ is read, and well-formed', () => {
  const files = filesMatching('changes/*').filter((path) => path !== 'changes/README.md')
  expect([...readNotes().keys()]).toEqual(files)
  for (const path of files) expect(path).toMatch(/\.md$/)
})
