import { apiServerUser } from '../auth/user.ts'
import { systemNamespaces } from '../core-kinds/core/namespace.ts'
import { createObject } from '../resources/create-object.ts'
import { actingAs, type ResourceContext } from '../resources/resource-context.ts'

/** Creates the system namespaces that are missing. */
export async function ensureSystemNamespaces(context: ResourceContext): Promise<void> {
  const definition = context.registry.find('', 'v1', 'namespaces')
  if (definition === undefined) throw new Error('namespaces are always served')
  for (const name of systemNamespaces) {
    if (context.storage.get({ resource: 'namespaces', namespace: '', name })) continue
    await createObject(
      actingAs(context, apiServerUser),
      { definition, namespace: '' },
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
      { dryRun: false, fieldManager: 'fairlead', fieldValidation: 'Strict', warn: () => {} },
    )
  }
}
