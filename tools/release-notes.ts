// Moves the notes of changes/ into CHANGELOG.md, under the version that is given, else "Unreleased".
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { foldNotes } from './release-notes/fold-notes.ts'
import { readNotes } from './release-notes/read-notes.ts'
import { readText, root } from './source-tree.ts'

const [title = 'Unreleased'] = process.argv.slice(2)
const notes = readNotes()
const folded = foldNotes(readText('CHANGELOG.md'), title, [...notes.values()])
writeFileSync(join(root, 'CHANGELOG.md'), folded)
for (const path of notes.keys()) rmSync(join(root, path))
process.stdout.write(`moved ${notes.size} notes into CHANGELOG.md under ${title}\n`)
