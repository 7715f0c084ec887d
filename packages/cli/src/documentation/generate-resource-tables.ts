import { readFile, writeFile } from 'node:fs/promises'
import { kinds } from '@fairlead/config'
import { capabilities } from '../capabilities.ts'
import { resourceTables, withGeneratedParts } from './resource-tables.ts'

/** Writes the tables of `docs/resources.md` that are generated from kinds and capabilities. */
const path = new URL('../../../../docs/resources.md', import.meta.url)
const document = await readFile(path, 'utf8')
await writeFile(path, withGeneratedParts(document, resourceTables(kinds, capabilities)))
