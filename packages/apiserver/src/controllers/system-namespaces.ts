import { systemNamespaces } from '../core-kinds/core/namespace.ts'
import { createObject } from '../resources/create-object.ts'
import type { ResourceContext } from '../resources/resource-context.ts'

/** Creates the system namespaces that are missing. */
export function ensureSystemNamespaces(context: ResourceContext): void {
  const definition = context.registry.find('', 'v1', 'namespaces')
  if (definition === undefined) throw new Error('namespaces are always served')
  for (const name of systemNamespaces) {
    if (context.storage.get({ resource: 'namespaces', namespace: '', name })) continue
    createObject(
      context,
      { definition, namespace: '' },
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
      { dryRun: false, fieldManager: 'fairlead', fieldValidation: 'Strict', warn: () => {} },
    )
  }
}
