import { applyDefaults, type DefinedResource, type Resource } from '@fairlead/kube-core'

/**
 * What the schema says of a block of the spec in which nothing is set. For blocks that a rule admits
 * for some types only, so that the schema cannot fill them in by itself. Throws TypeError when the
 * schema has no such block.
 */
export function blockDefaults<Spec, Name extends keyof Spec & string>(
  type: DefinedResource<Resource<Spec, unknown>>,
  name: Name,
): NonNullable<Spec[Name]> {
  const schema = type.schema.properties?.['spec']?.properties?.[name]
  if (schema === undefined) throw new TypeError(`${type.kind} has no field spec.${name}`)
  return applyDefaults({}, schema) as NonNullable<Spec[Name]>
}
