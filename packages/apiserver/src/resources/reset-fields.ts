import type { FieldPath, StructuralSchema } from '@fairlead/kube-core'

import type { CollectionTarget, ObjectTarget } from './resource-target.ts'

/**
 * The fields that an endpoint resets to their stored values, so that its callers never own them.
 */
export function resetFields(target: CollectionTarget & Pick<ObjectTarget, 'subresource'>): {
  resetFields?: FieldPath[]
} {
  const { definition, subresource } = target
  if (!definition.hasStatusSubresource) return {}
  if (subresource === undefined || subresource === 'finalize') return { resetFields: [['status']] }
  const only = definition.onlyFields?.[subresource]
  if (only !== undefined) return { resetFields: allBut(only, definition.schema) }
  if (subresource === 'approval') return { resetFields: [['spec'], ['status', 'certificate']] }
  if (subresource !== 'status') return {}
  return { resetFields: [...(definition.statusKeeps ?? [['spec'], ['metadata']])] }
}

/** All fields of a schema but one, and what holds it. */
function allBut([field = '', ...rest]: FieldPath, schema: StructuralSchema): FieldPath[] {
  const fields = Object.entries(schema.properties ?? {})
  return fields.flatMap(([name, of]) => {
    if (name !== field) return [[name]]
    return rest.length === 0 ? [] : allBut(rest, of).map((path) => [name, ...path])
  })
}
