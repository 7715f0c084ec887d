import { closeSync, openSync, readSync } from 'node:fs'
import { application } from './file-application.ts'

/** Where a SQLite file has its `application_id`. */
const applicationOffset = 68

/** Whether a file is that of an index, closed in order, and of nothing else. False for one that is not there. */
export function isIndexFile(path: string): boolean {
  const id = Buffer.alloc(4)
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    return false
  }
  try {
    return readSync(file, id, 0, 4, applicationOffset) === 4 && id.readUInt32BE() === application
  } finally {
    closeSync(file)
  }
}
