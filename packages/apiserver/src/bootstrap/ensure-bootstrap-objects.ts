import { timestamp } from '@fairlead/kube-core'

import { localApiServices } from './api-services.ts'
import { type BootstrapContext, ensureBootstrapObject } from './bootstrap-object.ts'
import { bootstrapConfigMaps } from './config-maps.ts'
import { ensureBootstrapRoles } from './ensure-bootstrap-roles.ts'
import { bootstrapFlowSchemas, bootstrapPriorityLevels } from './flow-control.ts'
import { bootstrapNamespaces } from './namespaces.ts'
import { bootstrapPriorityClasses } from './priority-classes.ts'

/**
 * Creates what every cluster has and is absent.
 * @param clientAuthorities PEM of whose client certificates name users, which extension servers read
 */
export function ensureBootstrapObjects(context: BootstrapContext, clientAuthorities: string): void {
  const now = timestamp(context.clock.now())
  const objects = [
    ...bootstrapNamespaces(),
    ...bootstrapPriorityClasses(),
    ...bootstrapPriorityLevels(),
    ...bootstrapFlowSchemas(now),
    ...localApiServices(now),
    ...bootstrapConfigMaps(clientAuthorities, now),
  ]
  for (const object of objects) ensureBootstrapObject(context, object)
  ensureBootstrapRoles(context)
}
