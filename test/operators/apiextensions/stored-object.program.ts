import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

// node stored-object.program.ts FOLDER RESOURCE NAMESPACE NAME: prints an object as it is stored.
// It reads a copy, because the server keeps others from its file.

const [folder = '', ...key] = process.argv.slice(2)
const copy = mkdtempSync(join(tmpdir(), 'fairlead-stored-object-'))
for (const file of ['objects.db-wal', 'objects.db']) {
  const original = join(folder, 'apiserver', file)
  if (existsSync(original)) cpSync(original, join(copy, file))
}
const database = new DatabaseSync(join(copy, 'objects.db'))
const row = database
  .prepare('SELECT json FROM object WHERE resource = ? AND namespace = ? AND name = ?')
  .get(...key)
database.close()
rmSync(copy, { recursive: true })
if (row === undefined) process.exitCode = 1
else process.stdout.write(String(row['json']))
