import { kinds } from '@fairlead/config'
import { surfaces } from '@fairlead/gateway'
import { dialects } from '@fairlead/llm'
import { capabilities } from '../capabilities.ts'
import { declarations } from '../declarations/declarations.ts'
import { commandLineReference } from './command-line-reference.ts'
import { compatibilityTables } from './compatibility-tables.ts'
import { presetTables } from './preset-tables.ts'
import { resourceTables } from './resource-tables.ts'

/** The documents with generated parts, by their names in `docs/`. */
export const generatedDocuments: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  ['resources.md', resourceTables(kinds, capabilities)],
  ['presets.md', presetTables()],
  ['command-line.md', commandLineReference(declarations)],
  ['compatibility.md', compatibilityTables(dialects, surfaces)],
])
