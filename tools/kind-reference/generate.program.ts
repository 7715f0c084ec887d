import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../source-tree.ts'
import { kindReference, kindReferenceFolder } from './kind-reference.ts'

/** Writes the reference of our kinds anew; pages of kinds that are no more are removed. */
const folder = join(root, kindReferenceFolder)
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
for (const [name, text] of await kindReference()) writeFileSync(join(folder, name), text)
