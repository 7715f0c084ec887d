import { kinds, ReferenceGrant } from '@fairlead/api'
import { stringify } from 'yaml'
import type { CommandContext } from '../command-context.ts'

/** Prints our custom resource definitions, ready for `kubectl apply --server-side -f -`. */
export function crds(context: CommandContext): Promise<void> {
  const documents = [...kinds, ReferenceGrant].map(({ crd }) =>
    stringify(crd, { aliasDuplicateObjects: false }),
  )
  context.print(documents.map((document) => `---\n${document}`).join(''))
  return Promise.resolve()
}
