import { filesMatching, readText } from '../source-tree.ts'
import { type ChangeNote, parseChangeNote } from './change-note.ts'

const explanation = 'changes/README.md'

/** All notes of `changes/`, by path. Throws for the first that is not well-formed. */
export function readNotes(): ReadonlyMap<string, ChangeNote> {
  const areas = filesMatching('packages/*/package.json').map((path) => path.split('/')[1] ?? '')
  return new Map(
    filesMatching('changes/*')
      .filter((path) => path !== explanation)
      .map((path) => [path, parseChangeNote(path, readText(path), [...areas, 'install'])]),
  )
}
