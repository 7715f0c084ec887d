import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../source-tree.ts'
import { roleFiles, roleFilesFolder } from './role-files.ts'

/** Writes the rules of the chart's roles anew. */
const folder = join(root, roleFilesFolder)
mkdirSync(folder, { recursive: true })
for (const [name, text] of roleFiles()) writeFileSync(join(folder, name), text)
