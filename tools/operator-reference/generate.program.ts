import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../source-tree.ts'
import { operatorReference, referenceFolder } from './operator-reference.ts'

/** Writes the reference of controller-runtime anew; pages that nothing makes any more are removed. */
const folder = join(root, referenceFolder)
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
for (const [name, text] of operatorReference()) writeFileSync(join(folder, name), text)
