import { systemNamespaces, namespaceKind } from '../core-kinds/namespace.ts'
import { createObject } from '../resources/create-object.ts'
import type { ResourceContext } from '../resources/resource-context.ts'

/** Creates the system namespaces that are missing. */
export function ensureSystemNamespaces(context: ResourceContext): void {
  for (const name of systemNamespaces) {
    if (context.storage.get({ resource: 'namespaces', namespace: '', name })) continue
    createObject(
      context,
      { definition: namespaceKind, namespace: '' },
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
      { dryRun: false, fieldManager: 'fairlead', fieldValidation: 'Strict', warn: () => {} },
    )
  }
}
