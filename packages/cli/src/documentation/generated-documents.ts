import { kinds } from '@fairlead/config'
import { capabilities } from '../capabilities.ts'
import { presetTables } from './preset-tables.ts'
import { resourceTables } from './resource-tables.ts'

/** The documents with generated parts, by their names in `docs/`. */
export const generatedDocuments: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  ['resources.md', resourceTables(kinds, capabilities)],
  ['presets.md', presetTables()],
])
