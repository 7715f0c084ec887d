import { kinds, ReferenceGrant } from '@fairlead/api'
import { stringify } from 'yaml'
import type { CommandContext } from '../command-context.ts'

/** Prints our custom resource definitions, ready for `kubectl apply --server-side -f -`. */
export function crds(context: CommandContext): Promise<void> {
  const documents = [...kinds, ReferenceGrant].map(({ crd }) =>
    // kubectl reads YAML 1.1, in which the key `on` is a boolean unless it is quoted
    stringify(crd, { aliasDuplicateObjects: false, compat: 'yaml-1.1' }),
  )
  context.print(documents.map((document) => `---\n${document}`).join(''))
  return Promise.resolve()
}
