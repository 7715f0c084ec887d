import { ReferenceGrant, servedDefinitions } from '@fairlead/api'
import { stringify } from 'yaml'
import type { CommandContext } from '../command-context.ts'

/** Prints our custom resource definitions, ready for `kubectl apply --server-side -f -`. */
export function crds(context: CommandContext): Promise<void> {
  const definitions = [...servedDefinitions(), ReferenceGrant.crd]
  const documents = definitions.map((crd) =>
    // kubectl reads YAML 1.1, so strings that would be booleans there are quoted
    stringify(crd, { aliasDuplicateObjects: false, compat: 'yaml-1.1' }),
  )
  context.print(documents.map((document) => `---\n${document}`).join(''))
  return Promise.resolve()
}
