import { readFile, writeFile } from 'node:fs/promises'
import { kinds } from '@fairlead/config'
import { capabilities } from '../capabilities.ts'
import { resourceTables, withGeneratedParts } from './resource-tables.ts'

/** Writes the tables of `docs/resources.md` that the lists of kinds and capabilities determine. */
const path = new URL('../../../../docs/resources.md', import.meta.url)
const document = await readFile(path, 'utf8')
await writeFile(path, withGeneratedParts(document, resourceTables(kinds, capabilities)))
