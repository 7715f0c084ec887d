import { ReferenceGrant, servedDefinitions } from '@fairlead/api'
import { stringify } from 'yaml'
import type { CommandContext } from '../command-context.ts'
import { operatorManifests } from '../operator-manifests.ts'
import { textFlag } from '../own-arguments.ts'
import { programVersion } from '../program-version.ts'
import { UsageError } from '../usage-error.ts'

/** Prints the kinds, and what runs the operator, ready for `kubectl apply --server-side -f -`. */
export function manifests({ own, options, print }: CommandContext): Promise<void> {
  const namespace = textFlag(own, 'namespace') ?? 'fairlead-system'
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(namespace)) {
    throw new UsageError(`--namespace is "${namespace}": expected the name of a namespace`)
  }
  const version = programVersion()
  const image = options.gatewayImage ?? `ghcr.io/fairlead/fairlead:${version}`
  const objects = [
    ...servedDefinitions({ namespace, name: 'fairlead-operator' }),
    ReferenceGrant.crd,
    ...operatorManifests({ namespace, image, version }),
  ]
  const documents = objects.map((object) =>
    // kubectl reads YAML 1.1, so strings that would be booleans there are quoted
    stringify(object, { aliasDuplicateObjects: false, compat: 'yaml-1.1' }),
  )
  print(documents.map((document) => `---\n${document}`).join(''))
  return Promise.resolve()
}
