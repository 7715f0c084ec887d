/**
 * Whether an object is without a field of its spec. API servers also convert parts of objects, such as
 * what is left of one when an applier gives fields up: what is not there stays so.
 */
export function lacksField(object: { readonly spec?: object }, field: string): boolean {
  return object.spec === undefined || !Object.hasOwn(object.spec, field)
}
